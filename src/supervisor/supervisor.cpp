#include "supervisor/supervisor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/exit_status.hpp"
#include "base/log.hpp"
#include "config/config_file.hpp"
#include "supervisor/lan_names.hpp"
#include "supervisor/notify.hpp"

namespace localscale::supervisor {
namespace {

constexpr auto kLoadEvery = std::chrono::seconds(2);
constexpr auto kNamesEvery = std::chrono::seconds(5);
constexpr auto kWallTestAfter = std::chrono::milliseconds(200);  // The house comes up undisturbed first.
constexpr auto kFirstWallPause = std::chrono::seconds(5);
constexpr auto kLongestWallPause = std::chrono::seconds(600);
constexpr auto kDrainSlack = std::chrono::seconds(2);
constexpr auto kEndWithin = std::chrono::seconds(5);
constexpr auto kHouseLastWords = std::chrono::seconds(2);
constexpr int kFirstListenerFd = 3;
constexpr int kFetcherChannelFd = 3;

std::string describe(const sandbox::Exit& how) {
  return how.signal != 0 ? "signal " + std::to_string(how.signal) : "exit code " + std::to_string(how.code);
}

void fill(wire::Failure& failure, const Error& error) {
  failure.set_code(std::string(name(error.code)));
  failure.set_what(error.what);
  failure.set_next(error.next);
  if (error.retry_after) failure.set_retry_after_s(static_cast<std::uint32_t>(error.retry_after->count()));
}

}  // namespace

Supervisor::Supervisor(EventLoop loop, Home home, Listeners listeners)
    : loop_(std::move(loop)),
      home_(std::move(home)),
      listeners_(std::move(listeners)),
      log_(loop_,
           [this](const wire::SupervisorEvent& event) {
             if (!link_ || !link_->idle()) return false;
             link_->send(event);
             return true;
           }),
      workers_(loop_, home_,
               worker_memory_limit(LoadSensor().sample().memory_total_bytes(),
                                   home_.config.engine.memory_reserve_bytes),
               [this](const wire::WorkerExited& exited) {
                 spdlog::info("worker {} ended: code {} signal {}", exited.worker(), exited.exit_code(),
                              exited.signal());
                 wire::SupervisorEvent event;
                 *event.mutable_exited() = exited;
                 if (link_) link_->send(event);
                 finish_if_all_ended();
               }),
      wall_test_(loop_, home_, [this](wire::Walls walls) { take_walls(std::move(walls)); }),
      wall_test_pause_(kFirstWallPause),
      config_(home_.installation.config_file) {}

Supervisor::~Supervisor() {
  if (listeners_.owns_admin_socket) ::unlink(home_.layout.admin_socket.c_str());
}

Result<void> Supervisor::run() {
  if (auto watched = watch_signals(); !watched) return watched;
  for (const ShutDoor& door : listeners_.shut)
    spdlog::warn("the {} door stays shut: {}", door.name, door.why);
  if (auto started = start_house(); !started) return started;
  notify_service_manager("READY=1");
  send_load();
  if (names_) watch_names();
  loop_.after(kWallTestAfter, [this] { wall_test_.start(); });
  loop_.run();
  if (house_cannot_run_) {
    return fail(Errc::conflict, "The house cannot run: it said why in the line above.",
                "Mend that and start again.");
  }
  return {};
}

Result<void> Supervisor::watch_signals() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&watched, number);
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signals_ = UniqueFd(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) return fail_errno("watch signals", errno);
  return loop_.watch(signals_.get(), [this] { take_signals(); });
}

void Supervisor::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGHUP) {
      look_at_config();
    } else if (stopping_) {
      end_rest();  // Asked twice: no more waiting for running answers.
    } else {
      begin_stop();
    }
  }
}

Result<sandbox::Confinement> Supervisor::prepare_house(int supervisor_end, int fetcher_end,
                                                       int names_end) const {
  auto confinement = house_confinement(home_);
  if (!confinement) return confinement;
  std::string names;
  int number = kFirstListenerFd;
  confinement->fds = {{STDERR_FILENO, STDERR_FILENO}, {STDERR_FILENO, STDOUT_FILENO}};
  for (const Listener& listener : listeners_.sockets) {
    names += (names.empty() ? "" : ":") + listener.name;
    confinement->fds.push_back({listener.socket.get(), number++});
  }
  confinement->environment.push_back("LISTEN_PID=1");  // It is the first process of its PID namespace.
  confinement->environment.push_back("LISTEN_FDS=" + std::to_string(listeners_.sockets.size()));
  confinement->environment.push_back("LISTEN_FDNAMES=" + names);
  std::string shut;
  for (const ShutDoor& door : listeners_.shut) shut += door.name + " " + door.why + "\n";
  confinement->environment.push_back("LOCALSCALE_SHUT_DOORS=" + shut);
  confinement->environment.push_back("LOCALSCALE_SUPERVISOR_FD=" + std::to_string(number));
  confinement->fds.push_back({supervisor_end, number++});
  confinement->environment.push_back("LOCALSCALE_FETCHER_FD=" + std::to_string(number));
  confinement->fds.push_back({fetcher_end, number++});
  if (names_end < 0) return confinement;
  confinement->environment.push_back("LOCALSCALE_LAN_NAMES_FD=" + std::to_string(number));
  confinement->fds.push_back({names_end, number});
  return confinement;
}

Result<void> Supervisor::start_house() {
  auto to_supervisor = sandbox::packet_pair();
  if (!to_supervisor) return tl::unexpected(to_supervisor.error());
  auto to_fetcher = sandbox::packet_pair();
  if (!to_fetcher) return tl::unexpected(to_fetcher.error());
  const auto names_end = make_names_pipe();
  if (!names_end) return tl::unexpected(names_end.error());
  const auto confinement =
      prepare_house(to_supervisor->second.get(), to_fetcher->first.get(), names_end->get());
  if (!confinement) return tl::unexpected(confinement.error());
  auto child = sandbox::start(*confinement);
  if (!child) return tl::unexpected(child.error());
  house_.child = std::move(*child);
  house_.started = std::chrono::steady_clock::now();
  link_ = std::make_unique<HouseLink>(loop_, std::move(to_supervisor->first));
  if (auto watched = loop_.watch(house_.child->pidfd(), [this] { house_ended(); }); !watched) return watched;
  if (auto watched = loop_.watch(link_->fd(), [this] { take_requests(); }); !watched) return watched;
  if (auto started = start_fetcher(std::move(to_fetcher->second)); !started) retry_fetcher(started.error());
  send_walls();
  return {};
}

Result<void> Supervisor::start_fetcher(UniqueFd channel) {
  auto confinement = fetcher_confinement(home_);
  if (!confinement) return tl::unexpected(confinement.error());
  confinement->fds = {
      {STDERR_FILENO, STDERR_FILENO}, {STDERR_FILENO, STDOUT_FILENO}, {channel.get(), kFetcherChannelFd}};
  confinement->environment.push_back("LOCALSCALE_HOUSE_FD=" + std::to_string(kFetcherChannelFd));
  auto child = sandbox::start(*confinement);
  if (!child) return tl::unexpected(child.error());
  fetcher_.child = std::move(*child);
  fetcher_.started = std::chrono::steady_clock::now();
  return loop_.watch(fetcher_.child->pidfd(), [this] { fetcher_ended(); });
}

void Supervisor::schedule(Kept& kept, const char* what, const sandbox::Exit& how, EventLoop::Callback again) {
  const auto lived =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - kept.started);
  const auto delay = kept.backoff.next(lived);
  spdlog::error("{} ended ({}) after {} ms; it is started again in {} ms", what, describe(how), lived.count(),
                delay.count());
  kept.restart = loop_.after(delay, std::move(again));
}

void Supervisor::house_ended() {
  const auto how = house_.child->poll_exit();
  if (!how) return;
  loop_.cancel(unlinked_);
  loop_.unwatch(house_.child->pidfd());
  house_.child.reset();
  link_.reset();
  if (stopping_) {
    end_rest();
    return;
  }
  if (how->code == exit_cannot_run) {
    house_cannot_run_ = true;
    begin_stop();
    return;
  }
  // What worked for this house ends with it: the channels of the fetcher and the workers are closed.
  workers_.stop_all();
  schedule(house_, "the house", *how, [this] { restart_house(); });
}

void Supervisor::restart_house() {
  if (stopping_) return;
  if (fetcher_.child) {  // It serves the former house's channel and would never hear of the new one.
    loop_.unwatch(fetcher_.child->pidfd());
    fetcher_.child.reset();
  }
  loop_.cancel(fetcher_.restart);
  if (auto started = start_house(); !started) {
    spdlog::error("the house cannot be started: {}", started.error().message());
    house_.restart =
        loop_.after(house_.backoff.next(std::chrono::milliseconds(0)), [this] { restart_house(); });
  }
}

void Supervisor::fetcher_ended() {
  const auto how = fetcher_.child->poll_exit();
  if (!how) return;
  loop_.unwatch(fetcher_.child->pidfd());
  fetcher_.child.reset();
  if (stopping_) {
    finish_if_all_ended();
  } else if (house_.child) {  // Else the next house brings its own.
    schedule(fetcher_, "the fetcher", *how, [this] { restart_fetcher(); });
  }
}

void Supervisor::retry_fetcher(const Error& error) {
  spdlog::error("models cannot be downloaded: {}", error.message());
  fetcher_.restart =
      loop_.after(fetcher_.backoff.next(std::chrono::milliseconds(0)), [this] { restart_fetcher(); });
}

void Supervisor::restart_fetcher() {
  if (stopping_ || !link_) return;
  auto channel = sandbox::packet_pair();
  const auto started = channel ? start_fetcher(std::move(channel->second)) : tl::unexpected(channel.error());
  if (!started) {
    retry_fetcher(started.error());
    return;
  }
  wire::SupervisorEvent event;
  event.mutable_fetcher_restarted();
  link_->send(event, std::move(channel->first));
}

void Supervisor::take_requests() {
  while (link_) {
    auto received = sandbox::receive_packet(link_->fd());
    if (received && received->state == sandbox::Received::State::nothing_yet) return;
    wire::SupervisorRequest request;
    const bool usable = received && received->state == sandbox::Received::State::packet &&
                        request.ParseFromString(received->packet.bytes);
    if (usable) {
      handle(request);
      continue;
    }
    // Closed, or not the language that we agreed on. A house without a supervisor is no use: start it anew.
    loop_.unwatch(link_->fd());
    const bool closed = received && received->state == sandbox::Received::State::closed;
    end_unlinked_house(closed ? kHouseLastWords : std::chrono::seconds(0));
    return;
  }
}

/// A house that ends by itself closes its channel before its process is gone, and its exit code says whether
/// it can run at all: it gets the time to tell.
void Supervisor::end_unlinked_house(std::chrono::milliseconds patience) {
  unlinked_ = loop_.after(patience, [this] {
    if (house_.child) house_.child->signal(stopping_ ? SIGTERM : SIGKILL);
  });
}

void Supervisor::handle(const wire::SupervisorRequest& request) {
  switch (request.request_case()) {
    case wire::SupervisorRequest::kLaunch:
      launch(request);
      return;
    case wire::SupervisorRequest::kStop:
      if (auto stopped = workers_.stop(request.stop()); !stopped)
        answer_failure(request.id(), stopped.error());
      return;
    case wire::SupervisorRequest::kReadConfig:
      show_config(request.id());
      return;
    case wire::SupervisorRequest::kChangeConfig:
      change_config(request);
      return;
    case wire::SupervisorRequest::REQUEST_NOT_SET:
      break;
  }
  answer_failure(request.id(),
                 Error{Errc::invalid_argument, "The supervisor does not know this request.", {}});
}

void Supervisor::launch(const wire::SupervisorRequest& request) {
  auto started =
      stopping_ ? fail(Errc::unavailable, "Localscale is being stopped.") : workers_.launch(request.launch());
  if (!started) {
    spdlog::warn("a worker was not started: {}", started.error().message());
    answer_failure(request.id(), started.error());
    return;
  }
  spdlog::info("worker {} started", started->worker);
  wire::SupervisorEvent event;
  event.set_id(request.id());
  event.mutable_started()->set_worker(started->worker);
  link_->send(event, std::move(started->for_house));
}

/// Tells the house of an edited file, and goes by its log level.
void Supervisor::look_at_config() {
  if (!config_.has_changed()) return;
  if (const auto file = config::load_as_written(home_.installation.config_file))
    spdlog::set_level(spdlog::level::from_str(file->log.level));
  wire::SupervisorEvent event;
  event.mutable_config_changed();
  if (link_) link_->send(event);
}

void Supervisor::show_config(std::uint64_t id) {
  auto [shown, file] = config_.show();
  wire::SupervisorEvent event;
  event.set_id(id);
  *event.mutable_config_file() = std::move(shown);
  link_->send(event, std::move(file));
}

void Supervisor::change_config(const wire::SupervisorRequest& request) {
  const auto changed = config_.change(request.change_config(), std::chrono::steady_clock::now());
  if (!changed) {
    answer_failure(request.id(), changed.error());
    return;
  }
  show_config(request.id());
}

void Supervisor::answer_failure(std::uint64_t id, const Error& error) {
  wire::SupervisorEvent event;
  event.set_id(id);
  fill(*event.mutable_failed(), error);
  if (link_) link_->send(event);
}

void Supervisor::send_load() {
  wire::SupervisorEvent event;
  *event.mutable_load() = load_.sample();
  event.mutable_load()->set_engine(engine_identity(home_.installation.engine));
  if (link_) link_->send_reading(event);
  look_at_config();
  notify_service_manager("WATCHDOG=1");
  loop_.after(kLoadEvery, [this] { send_load(); });
}

void Supervisor::take_walls(wire::Walls walls) {
  const bool all_tested = std::all_of(walls.walls().begin(), walls.walls().end(),
                                      [](const wire::Walls::Wall& wall) { return wall.error().empty(); });
  walls_ = std::move(walls);
  send_walls();
  if (all_tested) return;
  // What a probe lacked (memory, processes, its program, time) may come back.
  spdlog::info("the walls are tested again in {} s", wall_test_pause_.count());
  loop_.after(wall_test_pause_, [this] {
    if (!stopping_) wall_test_.start();
  });
  wall_test_pause_ = std::min(wall_test_pause_ * 4, kLongestWallPause);
}

void Supervisor::send_walls() {
  if (!walls_ || !link_) return;
  for (const auto& wall : walls_->walls()) {
    for (const std::string& open : wall.open())
      spdlog::error("wall of the {}: open: {}", wall.process(), open);
    if (!wall.error().empty())
      spdlog::warn("wall of the {} was not tested: {}", wall.process(), wall.error());
  }
  wire::SupervisorEvent event;
  *event.mutable_walls() = *walls_;
  link_->send(event);
}

Result<UniqueFd> Supervisor::make_names_pipe() {
  if (!home_.config.lan.enabled || home_.config.lan.allow_plaintext) return UniqueFd();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("make a pipe", errno);
  names_ = UniqueFd(ends[1]);
  ::fcntl(names_.get(), F_SETFL, O_NONBLOCK);
  names_told_.clear();
  tell_names();  // Before the house starts: it takes the first line for its certificate.
  return UniqueFd(ends[0]);
}

void Supervisor::watch_names() {
  tell_names();
  loop_.after(kNamesEvery, [this] { watch_names(); });
}

void Supervisor::tell_names() {
  const auto line = names_line(machine_names());
  if (line == names_told_) return;
  // Whole or not at all: a line is shorter than PIPE_BUF. A house that reads nothing hears of it later.
  if (::write(names_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()))
    names_told_ = line;
}

void Supervisor::begin_stop() {
  stopping_ = true;
  // The house takes no new requests either: who comes now is refused at once and does not wait in a queue.
  std::erase_if(listeners_.sockets, [](const Listener& door) { return door.name != "admin"; });
  notify_service_manager("STOPPING=1");
  spdlog::info("stopping: running answers may finish");
  loop_.cancel(house_.restart);
  loop_.cancel(fetcher_.restart);
  if (!house_.child) {
    end_rest();
    return;
  }
  house_.child->signal(SIGTERM);
  loop_.after(std::chrono::milliseconds(home_.config.api.drain_timeout_ms) + kDrainSlack,
              [this] { end_rest(); });
}

void Supervisor::end_rest() {
  if (house_.child) house_.child->signal(SIGKILL);
  if (!rest_ending_) {
    rest_ending_ = true;
    if (fetcher_.child) fetcher_.child->signal(SIGTERM);
    workers_.stop_all();
    loop_.after(kEndWithin, [this] {
      if (fetcher_.child) fetcher_.child->signal(SIGKILL);
    });
  }
  finish_if_all_ended();
}

void Supervisor::finish_if_all_ended() {
  if (stopping_ && !house_.child && !fetcher_.child && workers_.empty()) loop_.stop();
}

}  // namespace localscale::supervisor
