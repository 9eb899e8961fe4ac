#include "net/server.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

#include "base/bytes.hpp"
#include "net/connection.hpp"
#include "net/listener.hpp"
#include "net/server_core.hpp"

namespace localscale::net {
namespace {

constexpr std::chrono::milliseconds kTickMax{1000};
constexpr std::chrono::milliseconds kTickMin{10};
constexpr std::chrono::milliseconds kLastWords{500};  ///< How long answers may take to say why they end.
constexpr std::chrono::milliseconds kUnwind{250};     ///< How long cut handlers may take to end.

/// Often enough that a limit is exceeded by a quarter at most.
std::chrono::milliseconds tick_length(const Limits& limits) {
  const auto shortest = std::min({limits.idle, limits.head, limits.slow_client, limits.recognition});
  return std::clamp(shortest / 4, kTickMin, kTickMax);
}

std::string random_prefix() {
  std::array<std::byte, 4> bytes{};
  std::random_device device;
  for (auto& byte : bytes) byte = static_cast<std::byte>(device());
  return to_hex(bytes);
}

std::string json_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out;
}

}  // namespace

Response plain_refusal(unsigned status, std::string_view message, const Request&) {
  Response response{status, {}, "{\"error\":\"" + json_escaped(message) + "\"}"};
  response.headers.add("Content-Type", "application/json");
  return response;
}

ServerCore::ServerCore(boost::asio::io_context& io, Limits the_limits, Handler the_handler,
                       Refusal the_refusal)
    : context(io),
      limits(the_limits),
      handler(std::move(the_handler)),
      refusal(std::move(the_refusal)),
      seats(limits.max_connections),
      bodies(limits.max_buffered_bytes),
      drained(io),
      ticker_(io),
      id_prefix_(random_prefix()) {}

ServerCore::~ServerCore() = default;

void ServerCore::add(Connection& connection) {
  connections_.insert(&connection);
  ++stats.open;
  if (!ticking_) tick();
}

void ServerCore::remove(Connection& connection) {
  connections_.erase(&connection);
  --stats.open;
  if (connections_.empty()) drained.cancel();
}

std::vector<std::shared_ptr<Connection>> ServerCore::snapshot() const {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (Connection* const connection : connections_) {
    if (auto held = connection->weak_from_this().lock()) all.push_back(std::move(held));
  }
  return all;
}

std::string ServerCore::next_request_id() {
  return id_prefix_ + "-" + std::to_string(++next_id_);
}

void ServerCore::stop_accepting() {
  draining = true;
  for (const auto& listener : listeners) listener->close();
  listeners.clear();
}

// NOLINTNEXTLINE(readability-make-member-function-const): it ends the connections, which are part of us
void ServerCore::cut_all() {
  for (const auto& connection : snapshot()) connection->cut();
}

void ServerCore::tick() {
  ticking_ = !connections_.empty();
  if (!ticking_) return;
  ticker_.expires_after(tick_length(limits));
  ticker_.async_wait([self = weak_from_this()](boost::system::error_code error) {
    const auto core = self.lock();
    if (!core || error) return;
    const auto now = Connection::Clock::now();
    std::vector<std::shared_ptr<Connection>> late;
    for (Connection* const connection : core->connections_) {
      if (connection->overdue(now)) late.push_back(connection->shared_from_this());
    }
    for (const auto& connection : late) connection->expire();
    late.clear();
    core->tick();
  });
}

Server::Server(boost::asio::io_context& context, Limits limits, Handler handler, Refusal refusal)
    : core_(std::make_shared<ServerCore>(context, limits, std::move(handler), std::move(refusal))) {}

Server::~Server() {
  core_->stop_accepting();
  core_->cut_all();
}

void Server::check_heads(HeadCheck check) {
  core_->head_check = std::move(check);
}

Result<void> Server::listen(UniqueFd listener, Door door, std::shared_ptr<TlsServerContext> tls) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  if (::getsockopt(listener.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) {
    return fail_errno("look at an inherited socket", errno);
  }
  if (listening == 0)
    return fail(Errc::invalid_argument, "The inherited descriptor is not a listening socket.");
  core_->listeners.push_back(std::make_shared<Listener>(core_, std::move(listener), door, std::move(tls)));
  core_->listeners.back()->start();
  return {};
}

void Server::renew(Door door, const std::shared_ptr<TlsServerContext>& tls) {
  for (const auto& listener : core_->listeners) {
    if (listener->door() == door) listener->renew(tls);
  }
}

Task<void> Server::drain(std::chrono::milliseconds patience, std::function<void()> before_cut) {
  const auto core = core_;
  core->stop_accepting();
  for (const auto& connection : core->snapshot()) connection->drain();
  const auto wait_till_empty = [core](std::chrono::milliseconds limit) {
    core->drained.expires_after(core->stats.open == 0 ? std::chrono::milliseconds{0} : limit);
    return core->drained.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  };
  co_await wait_till_empty(patience);
  if (core->stats.open != 0 && before_cut) {
    before_cut();
    co_await wait_till_empty(kLastWords);
  }
  core->cut_all();
  co_await wait_till_empty(kUnwind);
}

ServerStats Server::stats() const {
  return core_->stats;
}

}  // namespace localscale::net
