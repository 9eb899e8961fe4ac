#include "engine/supervisor_link.hpp"

#include <array>
#include <map>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "engine/awaiting.hpp"
#include "engine/linked_worker.hpp"
#include "engine/wire_messages.hpp"
#include "net/packet_channel.hpp"
#include "net/timer.hpp"
#include "wire/control.pb.h"

namespace localscale::engine {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds launch_limit{20'000};
constexpr std::size_t max_bench_bytes = 1U << 20;

Error lost_error() {
  return {Errc::unavailable, "The supervisor is gone, so no engine can be started.",
          "Start it with `localscale up`."};
}

}  // namespace

/// Shared with the workers it made, so that they can ask for their end.
class SupervisorLink::Impl final : public WorkerHost,
                                   public std::enable_shared_from_this<SupervisorLink::Impl> {
 public:
  explicit Impl(asio::any_io_executor executor)
      : executor_(std::move(executor)), pending_(executor_), configs_(executor_, first_config_id) {}

  void open(UniqueFd socket) {
    channel_ = net::PacketChannel::make(executor_, std::move(socket));
    channel_->listen(
        [weak = weak_from_this()](sandbox::Packet packet) {
          if (const auto self = weak.lock()) self->on_packet(std::move(packet));
        },
        [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->on_closed();
        });
  }
  void close() { channel_->close(); }

  net::Task<Result<Started>> launch(wire::LaunchWorker order, ExitHandler on_exit);
  net::Task<Result<std::string>> run_bench(wire::LaunchWorker order, std::chrono::milliseconds limit);
  net::Task<Result<std::string>> read_to_end(UniqueFd pipe);
  net::Task<Result<ConfigText>> ask_config(wire::SupervisorRequest request);

  void stop_worker(std::uint64_t worker, bool force) override {
    wire::SupervisorRequest request;
    request.set_id(next_stop_id_++);
    request.mutable_stop()->set_worker(worker);
    request.mutable_stop()->set_force(force);
    if (const auto sent = channel_->send(request.SerializeAsString()); !sent) {
      spdlog::warn("supervisor link: stop not sent worker={} error=\"{}\"", worker, sent.error().what);
    }
  }
  bool forget_worker(std::uint64_t worker) override { return exits_.erase(worker) != 0; }
  [[nodiscard]] const asio::any_io_executor& executor() const override { return executor_; }

  std::optional<MachineLoad> load;
  LoadHandler load_handler;
  std::vector<Wall> walls;
  std::function<void(const std::vector<Wall>&)> walls_handler;
  std::function<void(UniqueFd)> fetcher_handler;
  std::function<void()> lost_handler;
  std::function<void()> config_handler;
  std::function<void(const std::vector<std::string>&, std::uint64_t)> log_handler;

 private:
  void on_packet(sandbox::Packet packet);
  void on_started(std::uint64_t id, std::uint64_t worker, std::vector<UniqueFd> fds);
  void on_exited(const wire::WorkerExited& exited);
  void on_closed();

  /// Stops are not answered in a way that anyone waits for: their ids lie far from those of launches.
  static constexpr std::uint64_t first_stop_id = 1ULL << 62;
  static constexpr std::uint64_t first_config_id = 1ULL << 61;

  asio::any_io_executor executor_;
  std::shared_ptr<net::PacketChannel> channel_;
  Pending<Started> pending_;
  Pending<ConfigText> configs_;
  std::map<std::uint64_t, ExitHandler> launching_;  ///< By request id.
  std::map<std::uint64_t, ExitHandler> exits_;      ///< By worker.
  std::uint64_t next_stop_id_ = first_stop_id;
};

net::Task<Result<Started>> SupervisorLink::Impl::launch(wire::LaunchWorker order, ExitHandler on_exit) {
  const auto self = shared_from_this();
  const auto id = pending_.open();
  launching_.emplace(id, std::move(on_exit));
  wire::SupervisorRequest request;
  request.set_id(id);
  *request.mutable_launch() = std::move(order);
  if (const auto sent = channel_->send(request.SerializeAsString()); !sent) {
    launching_.erase(id);
    pending_.answer(id, tl::unexpected(sent.error()));
  }
  // A cancelled wait leaves nobody to answer: on_started then ends the worker.
  Error late{Errc::timeout, "The supervisor did not answer within 20 s, so no engine was started.",
             "Ask again. If it stays so, start the home anew: localscale down, then localscale up."};
  co_return co_await pending_.wait(id, launch_limit, std::move(late));
}

net::Task<Result<std::string>> SupervisorLink::Impl::run_bench(wire::LaunchWorker order,
                                                               std::chrono::milliseconds limit) {
  const auto self = shared_from_this();
  auto started = co_await launch(std::move(order), {});
  if (!started) co_return tl::unexpected(started.error());
  const auto end = std::shared_ptr<void>(nullptr, [self, worker = started->worker](void*) {
    if (self->forget_worker(worker)) self->stop_worker(worker, true);
  });
  auto reading = read_to_end(std::move(started->fd));
  auto output = co_await net::within(limit, "Measuring the engine", std::move(reading));
  if (output && output->empty())
    co_return fail(Errc::internal, "llama-bench gave no result.", "The log says why.");
  co_return output;
}

net::Task<Result<std::string>> SupervisorLink::Impl::read_to_end(UniqueFd pipe) {
  asio::posix::stream_descriptor from(executor_, pipe.release());
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto [error, count] = co_await from.async_read_some(asio::buffer(piece), as_tuple);
    if (error == asio::error::operation_aborted)
      co_return fail(Errc::cancelled, "The measurement was given up.");
    if (error) co_return text;
    text.append(piece.data(), count);
    if (text.size() > max_bench_bytes)
      co_return fail(Errc::corrupt, "llama-bench printed more than a result.");
  }
}

net::Task<Result<ConfigText>> SupervisorLink::Impl::ask_config(wire::SupervisorRequest request) {
  constexpr std::chrono::seconds limit{10};
  const auto self = shared_from_this();
  const auto id = configs_.open();
  request.set_id(id);
  if (const auto sent = channel_->send(request.SerializeAsString()); !sent)
    configs_.answer(id, tl::unexpected(sent.error()));
  Error late{Errc::timeout, "The supervisor did not answer within 10 s: perhaps the config was not changed.",
             "Look at it anew."};
  co_return co_await configs_.wait(id, limit, std::move(late));
}

void SupervisorLink::Impl::on_packet(sandbox::Packet packet) {
  wire::SupervisorEvent event;
  if (!event.ParseFromString(packet.bytes)) {
    spdlog::error("supervisor link: packet is no event bytes={}", packet.bytes.size());
    return;
  }
  switch (event.event_case()) {
    case wire::SupervisorEvent::kStarted:
      return on_started(event.id(), event.started().worker(), std::move(packet.fds));
    case wire::SupervisorEvent::kFailed:
      launching_.erase(event.id());
      pending_.answer(event.id(), tl::unexpected(error_from(event.failed())));
      configs_.answer(event.id(), tl::unexpected(error_from(event.failed())));
      return;
    case wire::SupervisorEvent::kExited:
      return on_exited(event.exited());
    case wire::SupervisorEvent::kLoad:
      load = load_from(event.load());
      if (load_handler) load_handler(*load);
      return;
    case wire::SupervisorEvent::kWalls:
      walls.clear();
      for (const auto& wall : event.walls().walls()) {
        walls.push_back({wall.process(), {wall.open().begin(), wall.open().end()}, wall.error()});
      }
      if (walls_handler) walls_handler(walls);
      return;
    case wire::SupervisorEvent::kFetcherRestarted:
      if (fetcher_handler && !packet.fds.empty()) fetcher_handler(std::move(packet.fds.front()));
      return;
    case wire::SupervisorEvent::kConfigFile:
      configs_.answer(event.id(), config_from(event.config_file(), std::move(packet.fds)));
      return;
    case wire::SupervisorEvent::kLog:
      if (log_handler)
        log_handler({event.log().lines().begin(), event.log().lines().end()}, event.log().dropped());
      return;
    case wire::SupervisorEvent::kConfigChanged:
      if (config_handler) config_handler();
      return;
    case wire::SupervisorEvent::EVENT_NOT_SET:
      return;
  }
}

void SupervisorLink::Impl::on_started(std::uint64_t id, std::uint64_t worker, std::vector<UniqueFd> fds) {
  const auto launching = launching_.find(id);
  auto on_exit = launching == launching_.end() ? ExitHandler{} : std::move(launching->second);
  if (launching != launching_.end()) launching_.erase(launching);
  if (fds.empty()) {
    pending_.answer(id, fail(Errc::internal, "The supervisor started a worker without its channel."));
    return stop_worker(worker, true);
  }
  exits_.emplace(worker, std::move(on_exit));
  if (pending_.answer(id, Started{worker, std::move(fds.front())})) return;
  exits_.erase(worker);
  stop_worker(worker, true);
}

void SupervisorLink::Impl::on_exited(const wire::WorkerExited& exited) {
  const auto found = exits_.find(exited.worker());
  if (found == exits_.end()) return;
  const auto handler = std::move(found->second);
  exits_.erase(found);
  if (handler) handler(exit_from(exited));
}

void SupervisorLink::Impl::on_closed() {
  pending_.fail_all(lost_error());
  configs_.fail_all(lost_error());
  const auto handlers = std::exchange(exits_, {});
  WorkerExit exit;
  exit.exit_code = -1;
  exit.last_lines = {"the supervisor is gone"};
  for (const auto& [worker, handler] : handlers) {
    if (handler) handler(exit);
  }
  if (lost_handler) lost_handler();
}

SupervisorLink::SupervisorLink(asio::any_io_executor executor, UniqueFd channel)
    : impl_(std::make_shared<Impl>(std::move(executor))) {
  impl_->open(std::move(channel));
}

SupervisorLink::~SupervisorLink() {
  impl_->close();
}

net::Task<Result<std::unique_ptr<Worker>>> SupervisorLink::launch_server(ServerSpec spec,
                                                                         ExitHandler on_exit) {
  const auto impl = impl_;
  auto order = launch_order(spec);
  auto started = co_await impl->launch(std::move(order), std::move(on_exit));
  if (!started) co_return tl::unexpected(started.error());
  std::unique_ptr<Worker> worker = std::make_unique<LinkedWorker>(impl, std::move(*started));
  co_return worker;
}

net::Task<Result<std::string>> SupervisorLink::run_bench(BenchSpec spec, std::chrono::milliseconds limit) {
  return impl_->run_bench(launch_order(spec), limit);
}

net::Task<Result<ConfigText>> SupervisorLink::read_config() {
  wire::SupervisorRequest request;
  request.mutable_read_config();
  return impl_->ask_config(std::move(request));
}

net::Task<Result<ConfigText>> SupervisorLink::change_config(const std::vector<config::Change>& changes) {
  return impl_->ask_config(config_order(changes));
}

std::optional<MachineLoad> SupervisorLink::load() const {
  return impl_->load;
}
void SupervisorLink::on_load(LoadHandler handler) {
  impl_->load_handler = std::move(handler);
}
const std::vector<Wall>& SupervisorLink::walls() const {
  return impl_->walls;
}
void SupervisorLink::on_walls(std::function<void(const std::vector<Wall>&)> handler) {
  impl_->walls_handler = std::move(handler);
}
void SupervisorLink::on_fetcher_restarted(std::function<void(UniqueFd)> handler) {
  impl_->fetcher_handler = std::move(handler);
}
void SupervisorLink::on_log(std::function<void(const std::vector<std::string>&, std::uint64_t)> handler) {
  impl_->log_handler = std::move(handler);
}
void SupervisorLink::on_config_changed(std::function<void()> handler) {
  impl_->config_handler = std::move(handler);
}
void SupervisorLink::on_lost(std::function<void()> handler) {
  impl_->lost_handler = std::move(handler);
}

}  // namespace localscale::engine
