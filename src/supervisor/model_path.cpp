#include "supervisor/model_path.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/unique_fd.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxParts = 128;

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

Result<std::vector<CheckedFile>> check_model_parts(const std::vector<std::string>& paths,
                                                   const std::vector<fs::path>& roots) {
  if (paths.size() > kMaxParts)
    return fail(Errc::invalid_argument, "The model " + paths.front() + " has more than 128 parts.");
  std::vector<CheckedFile> files;
  for (const std::string& path : paths) {
    auto file = check_model_file(path, roots);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace localscale::supervisor
