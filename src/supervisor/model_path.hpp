#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sandbox/confinement.hpp"

namespace localscale::supervisor {

/// A model file that may be shown to a worker: free of symbolic links, below a root, and pinned by its
/// identity.
struct CheckedFile {
  std::filesystem::path path;
  sandbox::FileIdentity identity;
};

/// Follows links and checks that a plain file results that lies below one of `roots` (which are followed as
/// well). Errors: invalid_argument (no absolute path), not_found, denied (outside of the roots, or no plain
/// file).
Result<CheckedFile> check_model_file(const std::string& path,
                                     const std::vector<std::filesystem::path>& roots);

/// The files of a model that is split, in order; one if it is not. Errors as above: each must lie below a
/// root.
Result<std::vector<CheckedFile>> check_model_parts(const std::vector<std::string>& paths,
                                                   const std::vector<std::filesystem::path>& roots);

}  // namespace localscale::supervisor
