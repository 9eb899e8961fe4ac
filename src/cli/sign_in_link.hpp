#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "cli/home.hpp"

namespace localscale::cli {

/// A link that opens the home's page signed in, once.
struct SignInLink {
  std::string url;         ///< "http://127.0.0.1:7411/#/sign-in?token=…"
  std::string expires_at;  ///< RFC 3339; empty: good until anybody signs in.
};

Outcome<SignInLink> new_sign_in_link(const Home& home);

/// A page that leads on to `url`. Programs that open pages show what they open to everybody on the machine
/// (`ps`), so they get this file's name instead of the link.
std::string page_that_leads_to(std::string_view url);

/// Opens the link in the person's browser, without waiting for it. False if there is no desktop, no xdg-open,
/// no folder of the person's own ($XDG_RUNTIME_DIR) for the page that leads on, or if it is root who asks.
bool open_in_browser(std::string_view url);

}  // namespace localscale::cli
