#include "engine/engine_lease.hpp"

#include <utility>

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
  if (!connection_ || !connection_->reusable()) connection_ = engine_->take_idle();
  if (connection_) {
    auto head = co_await connection_->request(method, target, headers, body);
    ++engine_->signs;
    if (head || head.error().code != Errc::unavailable) co_return head;
  }
  auto fresh = co_await engine_->connect();
  if (!fresh) co_return tl::unexpected(fresh.error());
  connection_ = std::move(*fresh);
  auto head = co_await connection_->request(method, target, headers, body);
  ++engine_->signs;
  co_return head;
}

net::Task<Result<std::string_view>> PooledUpstream::read_some() {
  if (!connection_) co_return fail(Errc::unavailable, "No request was sent to the engine.");
  auto piece = co_await connection_->read_some();
  ++engine_->signs;
  co_return piece;
}

net::Task<Result<std::string>> PooledUpstream::read_all(std::size_t limit_bytes) {
  if (!connection_) co_return fail(Errc::unavailable, "No request was sent to the engine.");
  auto whole = co_await connection_->read_all(limit_bytes);
  ++engine_->signs;
  co_return whole;
}

net::Task<Error> EngineLease::explain_failure(Error upstream_error) {
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
