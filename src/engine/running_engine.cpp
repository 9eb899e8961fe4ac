#include "engine/running_engine.hpp"

#include <algorithm>
#include <utility>

#include "engine/awaiting.hpp"
#include "net/timer.hpp"

namespace localscale::engine {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds first_poll{10};
constexpr milliseconds longest_poll{200};
constexpr milliseconds end_poll{10};
constexpr milliseconds health_limit{5'000};  ///< A frozen engine must not outlast the load's limit.
constexpr unsigned http_ok = 200;
constexpr std::size_t max_idle_connections = 64;
constexpr std::size_t max_health_bytes = 64U << 10;

}  // namespace

RunningEngine::RunningEngine(asio::any_io_executor executor, UpstreamFactory make_upstream,
                             EngineId engine_id, LibraryModel entry)
    : id(engine_id),
      model(std::move(entry)),
      started(Clock::now()),
      executor_(std::move(executor)),
      make_upstream_(std::move(make_upstream)),
      rest_(executor_) {}

void RunningEngine::stop(bool force) {
  if (worker_ && !exit_) worker_->stop(force);
}

void RunningEngine::end_as_hung() {
  hung_ = true;
  stop(true);
}

void RunningEngine::end_with_home() {
  ends_with_home_ = true;
  stop(true);
}

void RunningEngine::close() {
  idle_.clear();
  worker_.reset();
  rest_.cancel();
}

void RunningEngine::ended(const WorkerExit& exit) {
  if (exit_) return;
  exit_ = exit;
  exit_->hung = hung_;
  idle_.clear();
  rest_.cancel();
}

net::Task<void> RunningEngine::rest_until(Clock::time_point time) {
  rest_.expires_at(time);
  co_await rest_.async_wait(as_tuple);
}

net::Task<void> RunningEngine::wait_for_end(milliseconds limit) {
  const auto until = Clock::now() + limit;
  asio::steady_timer timer(executor_);
  while (!exit_ && Clock::now() < until) {
    timer.expires_after(end_poll);
    co_await timer.async_wait(as_tuple);
  }
}

net::Task<Result<unsigned>> RunningEngine::health() {
  auto upstream = co_await connect();
  if (!upstream) co_return tl::unexpected(upstream.error());
  const auto head = co_await (*upstream)->request("GET", "/health", {}, {});
  if (!head) co_return tl::unexpected(head.error());
  const auto body = co_await (*upstream)->read_all(max_health_bytes);
  if (!body) co_return tl::unexpected(body.error());
  if (head->status == http_ok) give_back(std::move(*upstream));
  co_return head->status;
}

net::Task<Result<void>> RunningEngine::wait_until_ready(milliseconds limit) {
  const auto until = Clock::now() + limit;
  auto pause = first_poll;
  asio::steady_timer timer(executor_);
  while (!exit_) {
    auto asking = health();
    const auto status = co_await net::within(health_limit, "The engine's sign of health", std::move(asking));
    if (status && *status == http_ok) co_return Result<void>{};
    if (Clock::now() >= until) co_return fail(Errc::timeout, "The engine was not ready in time.");
    timer.expires_after(pause);
    co_await timer.async_wait(as_tuple);
    pause = std::min(pause * 3 / 2, longest_poll);
  }
  co_return fail(Errc::unavailable, "The engine ended while it loaded.");
}

net::Task<Result<std::unique_ptr<net::Upstream>>> RunningEngine::connect() {
  if (exit_ || !worker_) co_return fail(Errc::unavailable, "The engine has stopped.");
  auto connected = co_await worker_->connect();
  if (!connected) co_return tl::unexpected(connected.error());
  co_return make_upstream_(executor_, std::move(*connected));
}

std::unique_ptr<net::Upstream> RunningEngine::take_idle() {
  if (idle_.empty()) return nullptr;
  auto upstream = std::move(idle_.back());
  idle_.pop_back();
  return upstream;
}

void RunningEngine::give_back(std::unique_ptr<net::Upstream> upstream) {
  if (exit_ || idle_.size() >= max_idle_connections || !upstream->reusable()) return;
  idle_.push_back(std::move(upstream));
}

}  // namespace localscale::engine
