#include "config/config_file.hpp"

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace localscale::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_bytes = 1U << 20;
constexpr std::time_t stale_seconds = 60;  ///< A writer is done in less; what is older was left by a crash.

Error trouble(const std::string& doing, const fs::path& path, int error_number) {
  Error error = fail_errno(fmt::format("{} {}", doing, path.string()), error_number).value();
  if (error.code == Errc::denied || error_number == EROFS) {
    error.code = Errc::denied;
    error.next = "The config is as it was. Change it as its owner, or name another file with --config.";
  }
  return error;
}

/// Where the file lies: the folder that is open, and its name there. Links are followed once, here.
struct Place {
  fs::path path;
  UniqueFd folder;
  std::string name;
};

Result<Place> open_place(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::absolute(path, error);
  if (!error && fs::is_symlink(fs::symlink_status(real, error))) {
    real = fs::canonical(real, error);
    if (error) {
      return fail(Errc::invalid_argument,
                  fmt::format("{} is a link that leads nowhere, so nothing was changed.", path.string()),
                  "Make the file it names, or remove the link.");
    }
  }
  fs::create_directories(real.parent_path(), error);
  UniqueFd folder(::open(real.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return tl::unexpected(trouble("Opening the folder", real.parent_path(), errno));
  return Place{real, std::move(folder), real.filename().string()};
}

struct Opened {
  UniqueFd fd;
  struct stat info{};
};

/// The plain file, or an invalid descriptor where there is none.
Result<Opened> open_plain(int folder, const std::string& name, const fs::path& path) {
  Opened opened;
  opened.fd = UniqueFd(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened.fd && errno == ENOENT) return opened;
  if (!opened.fd) return tl::unexpected(trouble("Reading the config", path, errno));
  if (::fstat(opened.fd.get(), &opened.info) != 0) return tl::unexpected(trouble("Reading", path, errno));
  if (!S_ISREG(opened.info.st_mode) || static_cast<std::size_t>(opened.info.st_size) > max_bytes) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is not a config: it must be a plain file of at most 1 MiB.", path.string()));
  }
  return opened;
}

Result<FileText> read_all(const Opened& opened, const fs::path& path) {
  FileText read;
  if (!opened.fd) return read;
  read.exists = true;
  read.text.resize(max_bytes + 1);
  std::size_t size = 0;
  while (size < read.text.size()) {
    const ssize_t got = ::read(opened.fd.get(), read.text.data() + size, read.text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(trouble("Reading the config", path, errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > max_bytes) return fail(Errc::invalid_argument, path.string() + " is longer than 1 MiB.");
  read.text.resize(size);
  return read;
}

/// The new file under a name of its own, which also keeps a second writer out; gone again unless it was put
/// in place.
class NewFile {
 public:
  static Result<NewFile> make(const Place& place) {
    const std::string name = "." + place.name + ".new";
    for (int attempt = 0;; ++attempt) {
      UniqueFd fd(::openat(place.folder.get(), name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
      if (fd) return NewFile(place, name, std::move(fd));
      if (errno != EEXIST) return tl::unexpected(trouble("Writing beside", place.path, errno));
      if (attempt > 0 || !remove_stale(place, name)) break;
    }
    return fail(Errc::conflict,
                fmt::format("Another program is changing {}, so nothing was changed.", place.path.string()),
                "Try again.");
  }
  ~NewFile() {
    if (fd_) ::unlinkat(folder_, name_.c_str(), 0);
  }
  NewFile(NewFile&&) = default;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  Result<void> look_like(const Opened& former) {
    if (!former.fd) return {};
    struct stat mine{};
    ::fstat(fd_.get(), &mine);
    const bool same_owner = mine.st_uid == former.info.st_uid && mine.st_gid == former.info.st_gid;
    if ((!same_owner && ::fchown(fd_.get(), former.info.st_uid, former.info.st_gid) != 0) ||
        ::fchmod(fd_.get(), former.info.st_mode & 07777U) != 0)
      return tl::unexpected(trouble("Keeping the owner of", path_, errno));
    return {};
  }

  Result<void> write(const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t written = ::write(fd_.get(), text.data() + done, text.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return tl::unexpected(trouble("Writing", path_, errno));
      done += static_cast<std::size_t>(written);
    }
    if (::fsync(fd_.get()) != 0) return tl::unexpected(trouble("Writing", path_, errno));
    return {};
  }

  Result<void> take_name(const std::string& name) {
    if (::renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0)
      return tl::unexpected(trouble("Replacing", path_, errno));
    fd_.reset();
    ::fsync(folder_);  // Without it the old file may come back after a power cut; either is whole.
    return {};
  }

 private:
  NewFile(const Place& place, std::string name, UniqueFd fd)
      : folder_(place.folder.get()), path_(place.path), name_(std::move(name)), fd_(std::move(fd)) {}

  static bool remove_stale(const Place& place, const std::string& name) {
    struct stat info{};
    if (::fstatat(place.folder.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT;
    return info.st_mtime + stale_seconds < std::time(nullptr) &&
           ::unlinkat(place.folder.get(), name.c_str(), 0) == 0;
  }

  int folder_;
  fs::path path_;
  std::string name_;
  UniqueFd fd_;
};

}  // namespace

Result<FileText> read_file_text(const fs::path& path) {
  auto opened = open_plain(AT_FDCWD, path.string(), path);
  if (!opened) return tl::unexpected(opened.error());
  return read_all(*opened, path);
}

Result<Config> load_as_written(const fs::path& path) {
  const auto file = read_file_text(path);
  if (!file) return tl::unexpected(file.error());
  return parse(file->text, path.string());
}

Result<void> replace_file(const fs::path& path, const FileText& former, const std::string& text) {
  const auto place = open_place(path);
  if (!place) return tl::unexpected(place.error());
  auto fresh = NewFile::make(*place);
  if (!fresh) return tl::unexpected(fresh.error());
  const auto opened = open_plain(place->folder.get(), place->name, place->path);
  if (!opened) return tl::unexpected(opened.error());
  const auto now = read_all(*opened, place->path);
  if (!now) return tl::unexpected(now.error());
  if (now->exists != former.exists || now->text != former.text) {
    return fail(
        Errc::conflict,
        fmt::format("{} was changed meanwhile by another program, so nothing was changed.", path.string()),
        "Look at it anew and try again.");
  }
  if (auto alike = fresh->look_like(*opened); !alike) return alike;
  if (auto written = fresh->write(text); !written) return written;
  return fresh->take_name(place->name);
}

bool can_replace(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(path, error);
  if (error) return false;
  struct stat info{};
  const bool exists = ::stat(real.c_str(), &info) == 0;
  const uid_t self = ::geteuid();
  if (exists && (!S_ISREG(info.st_mode) || (info.st_uid != self && self != 0))) return false;
  fs::path folder = real.parent_path();
  while (!exists && !fs::exists(folder, error) && folder != folder.root_path()) folder = folder.parent_path();
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

Result<std::string> change_file(const fs::path& path, const std::vector<Change>& changes, Asker asker) {
  const auto former = read_file_text(path);
  if (!former) return tl::unexpected(former.error());
  auto edited = apply_changes(former->text, changes, asker, path.string());
  if (!edited) return edited;
  if (*edited == former->text) return edited;
  if (auto replaced = replace_file(path, *former, *edited); !replaced)
    return tl::unexpected(replaced.error());
  return edited;
}

}  // namespace localscale::config
