#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

namespace localscale::gateway {

/// A session is two halves: a cookie, which a browser sends to every port of a host, and a header that only
/// the page of this very port can set. Each is worth nothing alone.
inline constexpr std::string_view session_cookie_name = "localscale-session";
inline constexpr std::string_view session_header_name = "x-localscale-csrf";

/// The halves that a request carries; empty where one is missing.
struct SessionHalves {
  std::string_view cookie;
  std::string_view csrf;
};
SessionHalves presented_session(const net::Headers& headers);

/// What Set-Cookie gets. `secure`: the browser sends it over TLS only. The house decides when a session is
/// over, so the cookie lasts as long as browsers keep one.
std::string session_cookie(std::string_view value, bool secure);
/// The same, to be forgotten.
std::string no_session_cookie(bool secure);

}  // namespace localscale::gateway
