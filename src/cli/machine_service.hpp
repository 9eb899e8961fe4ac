#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace localscale::cli {

/// Fails with `conflict` where the home with this config or this state is the one that systemd starts on this
/// machine, and systemd runs: started by hand beside its units, which hold its sockets, it would find its
/// port taken and leave the units without their socket. `root`: of the file system; another one in tests.
Result<void> refuse_start_beside_service(const std::filesystem::path& config,
                                         const std::filesystem::path& state,
                                         const std::filesystem::path& root = "/");

}  // namespace localscale::cli
