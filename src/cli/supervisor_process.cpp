#include "cli/supervisor_process.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "cli/log_file.hpp"
#include "config/state_owner.hpp"

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

std::vector<char*> argument_pointers(const fs::path& program, const std::vector<std::string>& arguments) {
  std::vector<char*> out;
  out.push_back(
      const_cast<char*>(program.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): exec's signature
  for (const std::string& argument : arguments) {
    out.push_back(const_cast<char*>(argument.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  out.push_back(nullptr);
  return out;
}

/// In the child: from here only what may be called between fork and exec.
[[noreturn]] void exec_detached(const fs::path& program, char* const* arguments, int input, int output) {
  setsid();
  signal(SIGPIPE, SIG_DFL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(program.c_str(), arguments);
  _exit(127);
}

Result<pid_t> spawn(const fs::path& program, const std::vector<std::string>& arguments, int input,
                    int output) {
  const auto pointers = argument_pointers(program, arguments);
  const pid_t child = fork();
  if (child < 0) return fail_errno(fmt::format("Starting {}", program.string()), errno);
  if (child == 0) exec_detached(program, pointers.data(), input, output);
  return child;
}

Result<UniqueFd> null_device() {
  UniqueFd fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!fd) return fail_errno("Opening /dev/null", errno);
  return fd;
}

}  // namespace

Result<std::optional<pid_t>> lock_holder(const config::Layout& layout) {
  const UniqueFd file(::open(layout.lock.c_str(), O_RDWR | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!file) {
    return tl::unexpected(config::with_state_advice(
        fail_errno(fmt::format("Opening {}", layout.lock.string()), errno).value(), layout.state));
  }
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(file.get(), F_GETLK, &lock) != 0)
    return fail_errno(fmt::format("Asking for the lock {}", layout.lock.string()), errno);
  if (lock.l_type == F_UNLCK || lock.l_pid <= 0) return std::nullopt;
  return lock.l_pid;
}

Result<bool> wait_until_free(const config::Layout& layout, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto holder = lock_holder(layout);
    if (!holder) return tl::unexpected(holder.error());
    if (!holder->has_value()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Result<fs::path> sibling_program(const std::string& name) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return fail_errno("Finding this program's folder", error.value());
  fs::path program = self.parent_path() / name;
  if (access(program.c_str(), X_OK) != 0) {
    return fail(Errc::not_found,
                fmt::format("{} is missing: the installation is incomplete.", program.string()),
                "Install or build Localscale again.");
  }
  return program;
}

Result<pid_t> start_detached(const fs::path& program, const std::vector<std::string>& arguments, int output) {
  const auto input = null_device();
  if (!input) return tl::unexpected(input.error());
  return spawn(program, arguments, input->get(), output);
}

Error become(const fs::path& program, const std::vector<std::string>& arguments) {
  const auto pointers = argument_pointers(program, arguments);
  signal(SIGPIPE, SIG_DFL);
  execv(program.c_str(), pointers.data());
  return fail_errno(fmt::format("Starting {}", program.string()), errno).value();
}

Result<LogWriter> start_log_writer(const fs::path& log) {
  std::error_code error;
  fs::create_directories(log.parent_path(), error);
  if (error) {
    return tl::unexpected(config::with_state_advice(
        fail_errno(fmt::format("Making the folder {}", log.parent_path().string()), error.value()).value(),
        log.parent_path()));
  }
  UniqueFd lost(memfd_create("lost", MFD_CLOEXEC));
  if (!lost) return fail_errno("Making a memory file", errno);
  const auto self = sibling_program("localscale");
  if (!self) return tl::unexpected(self.error());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail_errno("Making a pipe", errno);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const auto begin = log_bytes(log);
  const auto child = spawn(*self, {"log-writer", log.string()}, read_end.get(), lost.get());
  if (!child) return tl::unexpected(child.error());
  return LogWriter{std::move(write_end), std::move(lost), begin, *child};
}

void finish(LogWriter& writer) {
  constexpr int patience_ms = 1000;
  constexpr int step_ms = 5;
  writer.input.reset();
  for (int waited = 0; waited < patience_ms && waitpid(writer.process, nullptr, WNOHANG) == 0;
       waited += step_ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
  }
}

std::string lost_by(const LogWriter& writer) {
  std::string text(16384, '\0');
  const ssize_t got = pread(writer.lost.get(), text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

}  // namespace localscale::cli
