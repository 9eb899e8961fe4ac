#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "sandbox/confinement.hpp"

namespace localscale::supervisor {

/// A file of the owner's that a role is to read (the config, a token) in a form that it can read: the file
/// itself where its mode lets the role, else a copy `folder`/`name` that is the role's alone (mode 0400, in a
/// folder that only root may enter). Copies are made with root's rights only, of plain files of at most 1
/// MiB. `file` is resolved; a later change of the file is seen at the role's next start.
Result<std::filesystem::path> readable_for(sandbox::Identity role, const std::filesystem::path& file,
                                           const std::filesystem::path& folder, const std::string& name);

}  // namespace localscale::supervisor
