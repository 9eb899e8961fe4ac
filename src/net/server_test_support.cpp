#include "net/server_test_support.hpp"

#include <array>
#include <future>

#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/assert.hpp"

namespace localscale::net::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

UniqueFd listen_on_loopback(std::uint16_t& port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  LS_ASSERT(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  LS_ASSERT(::listen(socket.get(), SOMAXCONN) == 0);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

UniqueFd connect_to_loopback(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  LS_ASSERT(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return socket;
}

LiveServer::LiveServer(Handler handler, Limits limits, std::shared_ptr<TlsServerContext> tls, Door door,
                       HeadCheck check)
    : server_(std::make_unique<Server>(context_, limits, std::move(handler))) {
  if (check) server_->check_heads(std::move(check));
  UniqueFd listener = listen_on_loopback(port_);
  LS_ASSERT(server_->listen(std::move(listener), door, std::move(tls)).has_value());
  thread_ = std::thread([this] { context_.run(); });
}

LiveServer::~LiveServer() {
  // Without a stop the loop ends by itself once every connection has seen its end.
  run([this] { server_.reset(); });
  work_.reset();
  thread_.join();
}

void LiveServer::run(const std::function<void()>& work) {
  std::promise<void> done;
  boost::asio::post(context_, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

ServerStats LiveServer::stats() {
  ServerStats stats;
  run([&] { stats = server_->stats(); });
  return stats;
}

bool LiveServer::eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 2000; ++i) {
    bool holds = false;
    run([&] { holds = condition(); });
    if (holds) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

Client::Client(std::uint16_t port) : socket_(connect_to_loopback(port)) {
  const timeval limit{3, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

void Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // The server closed; what it said is still to be read.
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Client::finish_sending() const {
  ::shutdown(socket_.get(), SHUT_WR);
}

bool Client::read_more() {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  pending_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::string Client::read_until(std::string_view mark) {
  for (;;) {
    const std::size_t at = pending_.find(mark);
    if (at != std::string::npos) {
      std::string found = pending_.substr(0, at + mark.size());
      pending_.erase(0, found.size());
      return found;
    }
    if (!read_more()) return std::exchange(pending_, {});
  }
}

std::string Client::read_to_end() {
  while (read_more()) {
  }
  return std::exchange(pending_, {});
}

}  // namespace localscale::net::test
