#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace localscale::cli {

/// Opens the person's editor ($VISUAL, else $EDITOR, else `editor`, which may have arguments) on a file and
/// waits for its end. Fails if it cannot be run or says that it failed.
Result<void> edit_file(const std::filesystem::path& file);

/// A new file in $TMPDIR (or /tmp) for this user only, whose name ends with `suffix`.
Result<std::filesystem::path> make_copy(const std::string& text, const std::string& suffix);

}  // namespace localscale::cli
