#include "engine/gguf_source.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "base/error_advice.hpp"

namespace localscale::engine {

Result<FileSource> FileSource::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO that lies in a model folder must not wait for a writer.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) {
    const int why = errno;
    return tl::unexpected(with_next(fail_errno("open " + path.string(), why).value(),
                                    why == EACCES ? "Let Localscale read it: chmod a+r '" + path.string() +
                                                        "' (and its folders: chmod a+rx)."
                                                  : "Check that it is there and may be read."));
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("stat " + path.string(), errno);
  if (!S_ISREG(status.st_mode)) {
    return fail(Errc::invalid_argument, path.string() + " is not a regular file.", "Name a GGUF file.");
  }
  return FileSource(std::move(fd), static_cast<std::uint64_t>(status.st_size));
}

Result<void> FileSource::read(std::uint64_t offset, std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto count =
        ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("read a model file", errno);
    if (count == 0) return fail(Errc::corrupt, "The file became shorter while it was read.", "Try again.");
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Result<void> MemorySource::read(std::uint64_t offset, std::span<std::byte> into) {
  LS_ASSERT(offset <= bytes_.size() && into.size() <= bytes_.size() - offset);
  std::ranges::copy(bytes_.subspan(offset, into.size()), into.begin());
  return {};
}

}  // namespace localscale::engine
