#include "tests/support/fork_launcher.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace localscale::tests {
namespace {

namespace asio = boost::asio;
using engine::ExitHandler;
using engine::WorkerExit;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

struct Child {
  int pid = -1;
  UniqueFd output;  ///< Read end.
};

/// Starts a program with `stream` (1 or 2) going into a pipe and the other one to /dev/null.
Result<Child> start(const std::filesystem::path& program, std::vector<std::string> arguments, int stream) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail_errno("make a pipe", errno);
  UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  arguments.insert(arguments.begin(), program.string());
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, stream == 1 ? 2 : 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), stream);
  Child child;
  const int failed = ::posix_spawn(&child.pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return fail_errno("start " + program.string(), failed);
  child.output = std::move(read_end);
  return child;
}

WorkerExit exit_of(int status, const std::string& output) {
  WorkerExit exit;
  exit.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  exit.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    exit.last_lines.push_back(line.substr(0, 300));
    if (exit.last_lines.size() > 20) exit.last_lines.erase(exit.last_lines.begin());
  }
  return exit;
}

/// Shared with the read loop, which outlives the worker object until the process has ended.
struct Process {
  Process(const asio::any_io_executor& executor, Child child)
      : pid(child.pid), output(executor, child.output.release()) {}

  int pid;
  asio::posix::stream_descriptor output;
  asio::streambuf text{8U << 20};
  ExitHandler on_exit;
};

/// Reads to the end of the output, then reaps.
void watch(const std::shared_ptr<Process>& process) {
  asio::async_read(process->output, process->text, [process](const boost::system::error_code&, std::size_t) {
    int status = 0;
    ::waitpid(process->pid, &status, 0);
    process->pid = -1;
    const std::string text{static_cast<const char*>(process->text.data().data()), process->text.size()};
    if (const auto handler = std::exchange(process->on_exit, nullptr)) handler(exit_of(status, text));
  });
}

class ForkedWorker final : public engine::Worker {
 public:
  ForkedWorker(std::shared_ptr<Process> process, std::string socket)
      : process_(std::move(process)), socket_(std::move(socket)) {}
  ForkedWorker(const ForkedWorker&) = delete;
  ForkedWorker& operator=(const ForkedWorker&) = delete;
  ~ForkedWorker() override {
    process_->on_exit = nullptr;
    stop(true);
  }

  net::Task<Result<UniqueFd>> connect() override {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_.c_str(), sizeof address.sun_path - 1);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      co_return fail(Errc::unavailable, "The engine does not listen yet.");
    }
    co_return fd;
  }

  void stop(bool force) override {
    if (process_->pid > 0) ::kill(process_->pid, force ? SIGKILL : SIGTERM);
  }

 private:
  std::shared_ptr<Process> process_;
  std::string socket_;
};

}  // namespace

std::filesystem::path engine_directory() {
  const char* named = std::getenv("LOCALSCALE_ENGINE_DIRECTORY");
  const std::filesystem::path directory = named != nullptr ? named : LOCALSCALE_BUILD_ENGINE;
  return std::filesystem::exists(directory / "llama-server") ? directory : std::filesystem::path{};
}

std::vector<std::string> server_arguments(const engine::ServerSpec& spec, const std::string& socket) {
  const auto& settings = spec.settings;
  const auto text = [](std::uint32_t number) { return std::to_string(number); };
  const std::string cache(engine::name(settings.cache_type));
  std::vector<std::string> out{"--model",
                               spec.model.string(),
                               "--host",
                               socket,
                               "--alias",
                               settings.alias,
                               "--threads",
                               text(settings.threads),
                               "--threads-batch",
                               text(settings.threads),
                               "--ctx-size",
                               text(settings.context_tokens),
                               "--parallel",
                               text(settings.slots),
                               "--batch-size",
                               text(settings.batch_tokens),
                               "--ubatch-size",
                               text(settings.micro_batch_tokens),
                               "--flash-attn",
                               settings.flash_attention ? "on" : "off",
                               "--cache-type-k",
                               cache,
                               "--cache-type-v",
                               cache,
                               "--n-gpu-layers",
                               text(settings.gpu_layers),
                               "--fit",
                               "off",
                               "--cache-ram",
                               "0",
                               "--no-cache-idle-slots",
                               "--jinja",
                               "--no-ui",
                               "--offline",
                               "--metrics",
                               "--log-verbosity",
                               "2"};
  if (!spec.projector.empty()) out.insert(out.end(), {"--mmproj", spec.projector.string()});
  if (settings.purpose == engine::Purpose::embed) out.emplace_back("--embeddings");
  if (settings.purpose == engine::Purpose::rerank) out.emplace_back("--reranking");
  return out;
}

std::vector<std::string> bench_arguments(const engine::BenchSpec& spec) {
  const auto text = [](std::uint32_t number) { return std::to_string(number); };
  const std::string cache(engine::name(spec.settings.cache_type));
  return {"--model",  spec.model.string(),
          "--output", "json",
          "-p",       text(spec.prompt_tokens),
          "-n",       text(spec.generated_tokens),
          "-d",       text(spec.depth_tokens),
          "-r",       text(spec.repetitions),
          "-t",       text(spec.settings.threads),
          "-b",       text(spec.settings.batch_tokens),
          "-ub",      text(spec.settings.micro_batch_tokens),
          "-fa",      spec.settings.flash_attention ? "1" : "0",
          "-ctk",     cache,
          "-ctv",     cache,
          "-ngl",     text(spec.settings.gpu_layers)};
}

ForkLauncher::ForkLauncher(asio::any_io_executor executor, std::filesystem::path directory)
    : executor_(std::move(executor)), directory_(std::move(directory)) {}

void ForkLauncher::set_load(const engine::MachineLoad& load) {
  load_ = load;
  if (handler_) handler_(load);
}

net::Task<Result<std::unique_ptr<engine::Worker>>> ForkLauncher::launch_server(engine::ServerSpec spec,
                                                                               ExitHandler on_exit) {
  asio::steady_timer delay(executor_, delay_);
  co_await delay.async_wait(as_tuple);
  const auto socket = (folder_.path() / ("engine" + std::to_string(++launches_) + ".sock")).string();
  auto child = start(directory_ / "llama-server", server_arguments(spec, socket), 2);
  if (!child) co_return tl::unexpected(child.error());
  last_pid_ = child->pid;
  auto process = std::make_shared<Process>(executor_, std::move(*child));
  process->on_exit = std::move(on_exit);
  watch(process);
  std::unique_ptr<engine::Worker> worker = std::make_unique<ForkedWorker>(std::move(process), socket);
  co_return worker;
}

net::Task<Result<std::string>> ForkLauncher::run_bench(engine::BenchSpec spec,
                                                       std::chrono::milliseconds limit) {
  ++benches_;
  auto child = start(directory_ / "llama-bench", bench_arguments(spec), 1);
  if (!child) co_return tl::unexpected(child.error());
  const auto process = std::make_shared<Process>(executor_, std::move(*child));
  asio::steady_timer done(executor_, limit);
  WorkerExit how;
  bool ended = false;
  process->on_exit = [&](const WorkerExit& exit) {
    how = exit;
    ended = true;
    done.cancel();
  };
  watch(process);
  co_await done.async_wait(as_tuple);
  process->on_exit = nullptr;
  if (!ended) {
    ::kill(process->pid, SIGKILL);
    co_return fail(Errc::timeout, "The measurement took too long.");
  }
  if (how.exit_code != 0) co_return fail(Errc::internal, "llama-bench failed.");
  co_return std::string(static_cast<const char*>(process->text.data().data()), process->text.size());
}

}  // namespace localscale::tests
