#include "net/listener.hpp"

#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/log.hpp"
#include "net/connection.hpp"
#include "net/spawn.hpp"

namespace localscale::net {
namespace {

constexpr std::chrono::milliseconds kNoDescriptorsPause{100};
constexpr int kAcceptsAtOnce = 64;  ///< Then the others get a turn.
constexpr std::uint32_t kRefusingMax =
    64;  ///< Connections above the limits that are told why; others are just closed.

std::string with_port(std::string host, std::uint16_t port_be, bool brackets) {
  if (brackets) host = "[" + host + "]";
  return host + ":" + std::to_string(ntohs(port_be));
}

std::string peer_name(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return with_port(text.data(), v4.sin_port, false);
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return with_port(text.data(), v6.sin6_port, true);
  }
  return "unix";
}

}  // namespace

Listener::Listener(const std::shared_ptr<ServerCore>& core, UniqueFd socket, Door door,
                   std::shared_ptr<TlsServerContext> tls)
    : core_(core),
      socket_(core->context, socket.release()),
      pause_(core->context),
      door_(door),
      tls_(std::move(tls)) {
  socket_.native_non_blocking(true);
}

void Listener::start() {
  spawn(socket_.get_executor(), "listener", run(shared_from_this()));
}

void Listener::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

Task<void> Listener::run(std::shared_ptr<Listener> self) {
  using boost::asio::posix::descriptor_base;
  while (self->socket_.is_open()) {
    co_await self->socket_.async_wait(descriptor_base::wait_read, boost::asio::use_awaitable);
    const bool has_descriptors = self->accept_waiting();
    if (has_descriptors) continue;
    spdlog::warn("no descriptors left to accept with");
    self->pause_.expires_after(kNoDescriptorsPause);
    co_await self->pause_.async_wait(boost::asio::use_awaitable);
  }
}

bool Listener::accept_waiting() {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    UniqueFd client(::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (client) {
      serve(std::move(client), peer_name(address));
      continue;
    }
    return errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS;
  }
  return true;
}

void Listener::serve(UniqueFd client, std::string peer) {
  const auto core = core_.lock();
  if (!core) return;
  ++core->stats.accepted;
  Seat seat = core->seats.take(door_, peer.substr(0, peer.rfind(':')));
  const bool served = seat.taken();
  if (!served && core->refusing >= kRefusingMax) return;
  const int on = 1;
  if (peer != "unix") ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const auto connection =
      std::make_shared<Connection>(core, make_stream(core->context, std::move(client), tls_),
                                   Connection::Client{door_, std::move(peer), std::move(seat)});
  if (served) return connection->start();
  connection->start_refusing(
      "This home serves as many connections of this kind as it may. Close some, or raise "
      "api.max_connections (" +
      std::to_string(core->limits.max_connections) + ").");
}

}  // namespace localscale::net
