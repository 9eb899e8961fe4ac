#include "cli/doctor/run_program.hpp"

#include <array>
#include <cerrno>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace localscale::cli::doctor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_output_bytes = 1U << 20;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail_errno("Making a pipe", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// In the child: only what may be called between fork and exec.
[[noreturn]] void exec_with(const char* program, char* const* arguments, int input, int output, int errors) {
  setpgid(0, 0);
  signal(SIGPIPE, SIG_DFL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execv(program, arguments);
  _exit(127);
}

/// The child's whole process group ends with this object.
class Running {
 public:
  explicit Running(pid_t child) : child_(child) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (child_ <= 0) return;
    kill(-child_, SIGKILL);
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }

  /// nullopt while it runs.
  std::optional<int> poll_exit() {
    int status = 0;
    if (waitpid(child_, &status, WNOHANG) != child_) return std::nullopt;
    child_ = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t child_;
};

/// Reads what is there; false at the end or where it is too much.
bool read_some(int fd, std::string& into) {
  std::array<char, 16384> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const ssize_t got = read(fd, piece.data(), piece.size());
  if (got > 0) into.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0 && into.size() < max_output_bytes;
}

/// Until both outputs are at their end; false if that takes too long.
bool collect(int output, int errors, ProgramRun& run, Clock::time_point end) {
  std::array<pollfd, 2> fds = {{{output, POLLIN, 0}, {errors, POLLIN, 0}}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = poll(fds.data(), fds.size(), static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    if (fds[0].fd >= 0 && fds[0].revents != 0 && !read_some(output, run.output)) fds[0].fd = -1;
    if (fds[1].fd >= 0 && fds[1].revents != 0 && !read_some(errors, run.errors)) fds[1].fd = -1;
  }
  return true;
}

tl::unexpected<Error> too_slow(const std::filesystem::path& program, std::chrono::milliseconds limit) {
  return fail(Errc::timeout, fmt::format("{} did not end within {} s", program.string(),
                                         std::chrono::duration<double>(limit).count()));
}

}  // namespace

Result<ProgramRun> run_program(const std::filesystem::path& program,
                               const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  auto output = make_pipe();
  if (!output) return tl::unexpected(output.error());
  auto errors = make_pipe();
  if (!errors) return tl::unexpected(errors.error());
  const UniqueFd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) return fail_errno(fmt::format("Starting {}", program.string()), errno);
  if (child == 0)
    exec_with(program.c_str(), pointers.data(), nothing.get(), output->write.get(), errors->write.get());
  Running running(child);
  output->write.reset();
  errors->write.reset();
  ProgramRun run;
  if (!collect(output->read.get(), errors->read.get(), run, end)) return too_slow(program, limit);
  for (;;) {
    if (const auto status = running.poll_exit()) {
      run.status = *status;
      return run;
    }
    if (Clock::now() >= end) return too_slow(program, limit);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace localscale::cli::doctor
