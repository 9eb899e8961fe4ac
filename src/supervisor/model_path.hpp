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

/// The parts of a model that is split over files ("x-00001-of-00003.gguf" names the first), the given one
/// included; just the given one if it is not split. Errors as above: each part must lie below a root.
Result<std::vector<CheckedFile>> check_model_parts(const std::string& path,
                                                   const std::vector<std::filesystem::path>& roots);

}  // namespace localscale::supervisor
