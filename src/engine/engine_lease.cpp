#include "engine/engine_lease.hpp"

#include <utility>

#include "base/log.hpp"
#include "engine/engine_errors.hpp"

namespace localscale::engine {
namespace {

/// The end of a process is told on another channel than the end of its connections: wait a moment for it.
constexpr std::chrono::milliseconds exit_grace{500};

}  // namespace

PooledUpstream::~PooledUpstream() {
  if (connection_) engine_->give_back(std::move(connection_));
}

net::Task<Result<net::UpstreamHead>> PooledUpstream::request(std::string_view method, std::string_view target,
                                                             const net::Headers& headers,
                                                             std::string_view body) {
  if (successor_) co_return co_await successor_->upstream().request(method, target, headers, body);
  auto head = co_await ask(method, target, headers, body);
  if (head || head.error().code != Errc::unavailable || !renewal_) co_return head;
  co_await engine_->wait_for_end(exit_grace);
  if (!may_ask_anew()) co_return head;
  spdlog::info("engine had gone before it answered, it is loaded anew model={} engine={}",
               engine_->model.model.name, engine_->id);
  auto lease = co_await giver_.renew(renewal_->model, {renewal_->keep_alive, {}, renewal_->context_tokens});
  renewal_failed_ = !lease;
  if (!lease) co_return tl::unexpected(lease.error());
  successor_ = std::move(*lease);
  co_return co_await successor_->upstream().request(method, target, headers, body);
}

net::Task<Result<net::UpstreamHead>> PooledUpstream::ask(std::string_view method, std::string_view target,
                                                         const net::Headers& headers, std::string_view body) {
  reached_ = false;
  if (!connection_ || !connection_->reusable()) connection_ = engine_->take_idle();
  if (connection_) {
    reached_ = true;
    auto head = co_await connection_->request(method, target, headers, body);
    ++engine_->signs;
    if (head || head.error().code != Errc::unavailable) co_return head;
  }
  auto fresh = co_await engine_->connect();
  if (!fresh) co_return tl::unexpected(fresh.error());
  reached_ = true;
  connection_ = std::move(*fresh);
  auto head = co_await connection_->request(method, target, headers, body);
  ++engine_->signs;
  co_return head;
}

/// A request that makes the engine crash would make its successor crash, too.
bool PooledUpstream::may_ask_anew() const {
  const auto& exit = engine_->exit();
  return exit && !engine_->ends_with_home() && (!reached_ || ended_by_others(*exit));
}

bool PooledUpstream::reusable() const {
  if (successor_) return successor_->upstream().reusable();
  return connection_ && connection_->reusable();
}

net::Task<Result<std::string_view>> PooledUpstream::read_some() {
  if (successor_) co_return co_await successor_->upstream().read_some();
  if (!connection_) co_return fail(Errc::unavailable, "No request was sent to the engine.");
  auto piece = co_await connection_->read_some();
  ++engine_->signs;
  co_return piece;
}

net::Task<Result<std::string>> PooledUpstream::read_all(std::size_t limit_bytes) {
  if (successor_) co_return co_await successor_->upstream().read_all(limit_bytes);
  if (!connection_) co_return fail(Errc::unavailable, "No request was sent to the engine.");
  auto whole = co_await connection_->read_all(limit_bytes);
  ++engine_->signs;
  co_return whole;
}

net::Task<Error> EngineLease::explain_failure(Error upstream_error) {
  if (auto* successor = upstream_.successor())
    co_return co_await successor->explain_failure(std::move(upstream_error));
  if (upstream_.renewal_failed()) co_return upstream_error;
  // Held here: the lease may be gone before the wait ends.
  const auto engine = engine_;
  const bool lost = upstream_error.code == Errc::unavailable || upstream_error.code == Errc::corrupt;
  if (!lost) co_return upstream_error;
  if (engine->ends_with_home()) co_return home_stops_error();
  co_await engine->wait_for_end(exit_grace);
  if (engine->exit()) co_return stopped_error(engine->model.model.name, *engine->exit());
  co_return upstream_error;
}

}  // namespace localscale::engine
