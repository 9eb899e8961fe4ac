#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "config/changes.hpp"

/// The config file on disk: read whole, replaced whole.
namespace localscale::config {

struct FileText {
  bool exists = false;  ///< A missing file is an empty text.
  std::string text;
};

/// At most 1 MiB of a plain file. Errors: denied, invalid_argument (no plain file, too long).
Result<FileText> read_file_text(const std::filesystem::path& path);

/// What the file says, without expanding or filling in anything (unlike `load`); a missing file gives the
/// defaults.
Result<Config> load_as_written(const std::filesystem::path& path);

/// Puts `text` in place of `former` so that a reader, or a machine that loses its power, finds the one or the
/// other: a new file beside it is written through and takes its name. Owner and mode stay; a link stays and
/// what it leads to is replaced; missing folders are made. Only one writer at a time. Errors: conflict (the
/// file no longer holds `former`, or another program is changing it), denied, exhausted (the disk is full);
/// the old file is then as it was.
Result<void> replace_file(const std::filesystem::path& path, const FileText& former, const std::string& text);

/// Whether this process could replace the file (or make it); nothing is changed.
bool can_replace(const std::filesystem::path& path);

/// Reads the file, makes the changes and replaces it. Gives the new text.
Result<std::string> change_file(const std::filesystem::path& path, const std::vector<Change>& changes,
                                Asker asker);

}  // namespace localscale::config
