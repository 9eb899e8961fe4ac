#include "supervisor/model_path.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/bytes.hpp"
#include "base/unique_fd.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPath = 4096;
constexpr std::uint64_t kMaxParts = 99;

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end == folder.end() && file != folder;
}

bool allowed(const fs::path& real, const std::vector<fs::path>& roots) {
  return std::any_of(roots.begin(), roots.end(), [&](const fs::path& root) {
    std::error_code error;
    const fs::path real_root = fs::canonical(root, error);
    return !error && is_below(real, real_root);
  });
}

/// "-00001-of-00003.gguf": digits at fixed places from the end.
constexpr std::size_t kSuffix = std::string_view("-00001-of-00003.gguf").size();

/// How many files a split model has; 0 if the name is not that of a first part.
std::uint64_t parts_of(const std::string& path) {
  if (path.size() <= kSuffix) return 0;
  const std::string_view suffix = std::string_view(path).substr(path.size() - kSuffix);
  if (!suffix.starts_with("-00001-of-") || !suffix.ends_with(".gguf")) return 0;
  return parse_u64(suffix.substr(10, 5)).value_or(0);
}

}  // namespace

Result<CheckedFile> check_model_file(const std::string& path, const std::vector<fs::path>& roots) {
  if (path.empty() || path[0] != '/' || path.size() > kMaxPath || path.find('\0') != std::string::npos) {
    return fail(Errc::invalid_argument, "A model's path must be absolute and at most 4096 bytes long.");
  }
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return fail_errno("model file " + path, error.value());
  if (!allowed(real, roots)) {
    return fail(Errc::denied, "The model file " + path + " lies outside of the model folders.",
                "Add its folder to [models] folders in the config.");
  }
  const UniqueFd fd(::open(real.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
  struct stat found{};
  if (!fd || ::fstat(fd.get(), &found) != 0) return fail_errno("model file " + path, errno);
  if (!S_ISREG(found.st_mode)) return fail(Errc::denied, "The model file " + path + " is no plain file.");
  return CheckedFile{real, {found.st_dev, found.st_ino}};
}

Result<std::vector<CheckedFile>> check_model_parts(const std::string& path,
                                                   const std::vector<fs::path>& roots) {
  std::vector<CheckedFile> files;
  const std::uint64_t parts = parts_of(path);
  if (parts > kMaxParts)
    return fail(Errc::invalid_argument, "The model " + path + " has more than 99 parts.");
  for (std::uint64_t part = 1; part <= std::max<std::uint64_t>(parts, 1); ++part) {
    std::string one = path;
    if (parts > 0) {
      const std::string number = std::to_string(part);
      one.replace(path.size() - kSuffix + 1, 5, std::string(5 - number.size(), '0') + number);
    }
    auto file = check_model_file(one, roots);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace localscale::supervisor
