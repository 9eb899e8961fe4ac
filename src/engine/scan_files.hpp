#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/scan.hpp"

/// Helpers of the scanners: bounded listing, small files, file names.
namespace localscale::engine {

struct Listing {
  std::vector<std::filesystem::path> folders;  ///< Sorted; links to folders are not followed.
  std::vector<std::filesystem::path> files;    ///< Sorted; links to regular files count as files.
};

/// Lists one folder and notes it in `out`. Empty when it can't be read or the entry limit is reached.
Listing list_folder(const std::filesystem::path& folder, Scan& out);

/// The GGUF files below `folder`, grouped by the folder they lie in.
std::vector<std::vector<std::filesystem::path>> gguf_files(const std::filesystem::path& folder, int depth,
                                                           Scan& out);

/// The text of a file of at most `limit_bytes`.
Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t limit_bytes);

/// What a GGUF file's name says.
struct FileLabel {
  std::string stem;          ///< Without ".gguf" and the part number.
  std::string quantization;  ///< "Q4_K_M", upper case; empty if the name has none.
  unsigned part = 1;         ///< 1 for whole files.
  unsigned parts = 1;
  bool projector = false;  ///< Named "mmproj…": a projector for the models beside it.
};
FileLabel file_label(const std::filesystem::path& file);

/// The other parts' paths of a split model, given its first file.
std::vector<std::filesystem::path> part_files(const std::filesystem::path& first);

/// The models among `files` of one folder, which are sorted: each by its first part, also where just that is
/// missing, so that it is told.
std::vector<std::filesystem::path> model_files(const std::vector<std::filesystem::path>& files);

/// The projector that belongs to `model` among the files of its folder; empty if none or if it can't be told.
/// `one_family`: all files of the folder belong to one model.
std::filesystem::path projector_for(const std::filesystem::path& model,
                                    const std::vector<std::filesystem::path>& files, bool one_family);

/// `text` with everything that a model name may not hold turned into '-'; empty if nothing is left.
std::string name_part(std::string_view text);

}  // namespace localscale::engine
