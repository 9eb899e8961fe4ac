#pragma once

#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "sandbox/confinement.hpp"

/// Which shared libraries a program needs, so that a root can hold exactly those.
namespace localscale::sandbox {

/// The program's loader ("/lib64/ld-linux-x86-64.so.2"), from its ELF header; empty for a static program.
Result<std::filesystem::path> loader_of(const std::filesystem::path& program);

/// Asks `loader` which files it would load for `object`, a program or library. `search` = LD_LIBRARY_PATH.
/// Fails with not_found and the library's name where one is missing.
Result<std::vector<std::filesystem::path>> list_libraries(const std::filesystem::path& loader,
                                                          const std::filesystem::path& object,
                                                          const std::filesystem::path& search = {});

/// Read-only mounts for the program (at its own resolved path), its loader and its libraries.
Result<std::vector<Mount>> mounts_for_program(const std::filesystem::path& program);

/// Read-only mounts for a folder of programs and plug-in libraries, bound at `target`, and for every library
/// outside that folder that one of its files needs.
Result<std::vector<Mount>> mounts_for_folder(const std::filesystem::path& folder,
                                             const std::filesystem::path& target,
                                             const std::filesystem::path& program);

}  // namespace localscale::sandbox
