#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "config/config.hpp"
#include "sandbox/confinement.hpp"

namespace localscale::supervisor {

/// Where the home's own programs and the engine lie.
struct Installation {
  std::filesystem::path programs;         ///< Folder of this executable and its siblings.
  std::filesystem::path house;            ///< localscaled
  std::filesystem::path fetcher;          ///< localscale-fetcher
  std::filesystem::path shim;             ///< localscale-shim
  std::filesystem::path probe;            ///< localscale-escape-probe
  std::filesystem::path confine_library;  ///< liblocalscale-confine.so
  std::filesystem::path engine;           ///< Folder with llama-server and its libraries.
  std::filesystem::path config_file;      ///< The file that was read; may not exist.
};

/// Siblings are found next to /proc/self/exe; $LOCALSCALE_PROGRAMS names another folder. The library lies
/// there, in
/// ../lib or in ../lib/localscale. The engine: [engine] directory of the config, else PROGRAMS/../engine.
Result<Installation> find_installation(const config::Config& config,
                                       const std::filesystem::path& config_file);

/// Count, bytes and newest change of the files in `folder`, in one word that changes when the engine is
/// updated; empty if there are none.
std::string engine_identity(const std::filesystem::path& folder);

/// Users of the confined roles when started with root's rights: the system users localscale-house, -engine
/// and -fetcher where they exist, else the reserved ids 64211, 64212 and 64213 (no login, no name).
struct RoleUsers {
  sandbox::Identity house{64211, 64211};
  sandbox::Identity engine{64212, 64212};
  sandbox::Identity fetcher{64213, 64213};
};

RoleUsers role_users();

}  // namespace localscale::supervisor
