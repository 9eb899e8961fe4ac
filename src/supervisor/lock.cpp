#include "supervisor/lock.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/state_owner.hpp"

namespace localscale::supervisor {
namespace {

struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

tl::unexpected<Error> failed(const std::string& doing, const std::filesystem::path& path) {
  const int why = errno;
  return tl::unexpected(
      config::with_state_advice(fail_errno(doing + " " + path.string(), why).value(), path));
}

}  // namespace

Result<UniqueFd> take_lock(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return failed("open", path);
  // Whoever may read the file may lock it for reading, which would keep us from starting.
  if (::fchmod(fd.get(), 0600) != 0) return failed("close to others", path);
  struct flock lock = whole_file();
  if (::fcntl(fd.get(), F_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) return failed("lock", path);
    struct flock holder = whole_file();
    ::fcntl(fd.get(), F_GETLK, &holder);
    return fail(Errc::conflict,
                "Localscale runs already on this state (" + path.parent_path().parent_path().string() +
                    "), as process " + std::to_string(holder.l_pid) + ".",
                "Use it, or stop it with: localscale down");
  }
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), text.data(), text.size(), 0) < 0) {
    return failed("write", path);
  }
  return fd;
}

}  // namespace localscale::supervisor
