#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::supervisor {

/// Takes the home's lock for as long as the result lives and writes this process's id into it.
/// Fails with conflict, naming the holder's process id, if another supervisor runs on the same state.
Result<UniqueFd> take_lock(const std::filesystem::path& path);

}  // namespace localscale::supervisor
