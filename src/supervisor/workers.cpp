#include "supervisor/workers.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "sandbox/packet.hpp"
#include "supervisor/engine_arguments.hpp"
#include "supervisor/load.hpp"

namespace localscale::supervisor {
namespace {

constexpr auto kEndWithin = std::chrono::seconds(5);
constexpr int kHouseFdInWorker = 3;
constexpr int kShellSignalBase = 128;  // The shim reports a signal as exit code 128 + number.

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("make a pipe", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace

struct Workers::Worker {
  std::uint64_t id;
  bool bench;
  WorkerFiles files;
  MemoryGroup memory;  ///< Goes after the child.
  sandbox::Child child;
  UniqueFd errors;  ///< The worker's standard error.
  LastLines last_lines;
  bool killed_by_us = false;
  std::uint64_t oom_kills_before;
  std::optional<EventLoop::TimerId> kill_timer;
};

Workers::Workers(EventLoop& loop, const Home& home, std::uint64_t memory_bytes,
                 std::function<void(const wire::WorkerExited&)> on_exit)
    : loop_(loop), home_(home), on_exit_(std::move(on_exit)), memory_(memory_bytes) {
  if (memory_.missing().empty()) {
    spdlog::info("each engine may use at most {} of memory", human_bytes(memory_.limit_bytes()));
  } else {
    spdlog::warn(
        "engines run without a memory limit of their own: {}. When memory runs out, the kernel ends an "
        "engine first.",
        memory_.missing());
  }
}

Workers::~Workers() {
  for (const auto& [id, worker] : workers_) {
    loop_.unwatch(worker->child.pidfd());
    loop_.unwatch(worker->errors.get());
    if (worker->kill_timer) loop_.cancel(*worker->kill_timer);
  }
}

Result<std::vector<sandbox::Mount>> Workers::programs() {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(home_.installation.engine, error);
  if (programs_.empty() || error || time != programs_time_) {
    auto asked = worker_programs(home_);
    if (!asked) return asked;
    programs_ = std::move(*asked);
    programs_time_ = time;
  }
  return programs_;
}

Result<WorkerFiles> Workers::check_files(const wire::LaunchWorker& request) const {
  const auto folders = model_folders(home_);
  WorkerFiles files;
  files.gpu = request.options().gpu_layers() > 0;
  std::vector<std::string> paths = {request.model_path()};
  paths.insert(paths.end(), request.more_parts().begin(), request.more_parts().end());
  auto model = check_model_parts(paths, folders);
  if (!model) return tl::unexpected(model.error());
  files.model = std::move(*model);
  if (!request.projector_path().empty()) {
    auto projector = check_model_file(request.projector_path(), folders);
    if (!projector) return tl::unexpected(projector.error());
    files.projector.push_back(std::move(*projector));
  }
  return files;
}

Result<StartedWorker> Workers::launch(const wire::LaunchWorker& request) {
  if (workers_.size() >= kMaxWorkers)
    return fail(Errc::exhausted, "16 engine workers run already.", "Stop a model first.");
  const bool bench = request.kind() == wire::LaunchWorker::BENCH;
  const auto files = check_files(request);
  if (!files) return tl::unexpected(files.error());
  const EngineFiles names{std::string(kEngineFolder) + (bench ? "/llama-bench" : "/llama-server"),
                          model_in_root(*files), projector_in_root(*files), kEngineSocket};
  auto arguments = bench ? bench_arguments(names, request.options(), request.bench())
                         : server_arguments(names, request.options());
  if (!arguments) return tl::unexpected(arguments.error());
  auto shown = programs();
  if (!shown) return tl::unexpected(shown.error());
  auto confinement = engine_confinement(home_, std::move(*shown), *files);
  if (bench) {
    confinement.program = names.program;
    confinement.environment.push_back(std::string("LD_PRELOAD=") + kConfineLibrary);
  } else {
    confinement.program = kShimProgram;
    confinement.environment.push_back("LOCALSCALE_HOUSE_FD=" + std::to_string(kHouseFdInWorker));
    arguments->insert(arguments->begin(), "localscale-shim");
  }
  confinement.arguments = std::move(*arguments);
  return start(std::move(confinement), *files, bench);
}

Result<StartedWorker> Workers::start(sandbox::Confinement confinement, const WorkerFiles& files, bool bench) {
  auto errors = make_pipe();
  if (!errors) return tl::unexpected(errors.error());
  UniqueFd for_house;
  UniqueFd for_worker;
  if (bench) {
    auto output = make_pipe();
    if (!output) return tl::unexpected(output.error());
    for_house = std::move(output->reader);
    for_worker = std::move(output->writer);
    confinement.fds = {{for_worker.get(), STDOUT_FILENO}, {errors->writer.get(), STDERR_FILENO}};
  } else {
    auto channel = sandbox::packet_pair();
    if (!channel) return tl::unexpected(channel.error());
    for_house = std::move(channel->first);
    for_worker = std::move(channel->second);
    confinement.fds = {{errors->writer.get(), STDOUT_FILENO},
                       {errors->writer.get(), STDERR_FILENO},
                       {for_worker.get(), kHouseFdInWorker}};
  }
  const std::uint64_t id = ++last_id_;
  auto memory = memory_.make(id);
  if (!memory) return tl::unexpected(memory.error());
  confinement.control_group = memory->joining_fd();
  const std::uint64_t oom_kills = out_of_memory_kills();
  auto child = sandbox::start(confinement);
  if (!child) return tl::unexpected(child.error());
  ::fcntl(errors->reader.get(), F_SETFL, O_NONBLOCK);
  auto worker = std::make_unique<Worker>(Worker{id,
                                                bench,
                                                files,
                                                std::move(*memory),
                                                std::move(*child),
                                                std::move(errors->reader),
                                                {},
                                                false,
                                                oom_kills,
                                                std::nullopt});
  Worker& kept = *worker;
  workers_.emplace(id, std::move(worker));
  auto watched = loop_.watch(kept.child.pidfd(), [this, id] { ended(id); });
  if (watched) watched = loop_.watch(kept.errors.get(), [this, &kept] { read_errors(kept); });
  if (!watched) {
    loop_.unwatch(kept.child.pidfd());
    workers_.erase(id);  // Kills it: one that nobody watches must not run.
    return tl::unexpected(watched.error());
  }
  return StartedWorker{id, std::move(for_house)};
}

Result<void> Workers::stop(const wire::StopWorker& request) {
  const auto found = workers_.find(request.worker());
  if (found == workers_.end()) {
    return fail(Errc::not_found, "There is no worker " + std::to_string(request.worker()) + " (any more).");
  }
  stop(*found->second, request.force());
  return {};
}

void Workers::stop(Worker& worker, bool force) {
  // llama-bench is the first process of its PID namespace: a signal that it does not handle does not reach
  // it.
  if (force || worker.bench) {
    worker.killed_by_us = true;
    worker.child.signal(SIGKILL);
    return;
  }
  if (worker.kill_timer) return;
  worker.child.signal(SIGTERM);
  worker.kill_timer = loop_.after(kEndWithin, [&worker] {
    worker.killed_by_us = true;
    worker.child.signal(SIGKILL);
  });
}

void Workers::stop_all() {
  for (const auto& [id, worker] : workers_) stop(*worker, false);
}

void Workers::read_errors(Worker& worker) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(worker.errors.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) break;
    worker.last_lines.add({buffer.data(), static_cast<std::size_t>(count)});
  }
  loop_.unwatch(worker.errors.get());
}

void Workers::ended(std::uint64_t id) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  Worker& worker = *found->second;
  const auto how = worker.child.poll_exit();
  if (!how) return;
  read_errors(worker);
  loop_.unwatch(worker.errors.get());
  loop_.unwatch(worker.child.pidfd());
  if (worker.kill_timer) loop_.cancel(*worker.kill_timer);
  const bool by_signal = how->code > kShellSignalBase && how->code < kShellSignalBase + NSIG;
  wire::WorkerExited report;
  report.set_worker(id);
  report.set_signal(by_signal ? how->code - kShellSignalBase : how->signal);
  report.set_exit_code(by_signal ? -1 : how->code);
  report.set_out_of_memory(report.signal() == SIGKILL && !worker.killed_by_us &&
                           out_of_memory_kills() > worker.oom_kills_before);
  for (std::string& line : worker.last_lines.lines())
    report.add_last_lines(with_outside_names(std::move(line), worker.files));
  workers_.erase(found);
  on_exit_(report);
}

}  // namespace localscale::supervisor
