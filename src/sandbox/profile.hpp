#pragma once

#include <optional>
#include <string_view>

namespace localscale::sandbox {

/// What kind of process confines itself. Each has a system-call list of its own (seccomp.cpp).
enum class Profile {
  house,       ///< Answers on inherited sockets; makes and connects none; starts nothing.
  engine,      ///< Unix stream sockets in its own root; starts nothing.
  engine_gpu,  ///< As engine, with the free ioctl that GPU drivers need.
  fetcher,     ///< TCP and DNS clients; listens nowhere; starts nothing.
  shim,        ///< As engine, and starts the engine once.
};

/// "house", "engine", "engine_gpu", "fetcher", "shim".
std::string_view name(Profile profile);
std::optional<Profile> parse_profile(std::string_view name);

}  // namespace localscale::sandbox
