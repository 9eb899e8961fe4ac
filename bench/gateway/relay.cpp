// bench_relay: the house's server and engine connection with nothing between them. What it reaches is the
// most that the house can; the difference is what the gateway costs.

#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/bytes.hpp"
#include "net/server.hpp"
#include "net/upstream.hpp"

namespace {

using namespace localscale;

UniqueFd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return UniqueFd();
  return socket;
}

UniqueFd listen_on(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    return UniqueFd();
  }
  return socket;
}

class Relay {
 public:
  explicit Relay(std::string engine) : engine_(std::move(engine)) {}

  net::Task<void> handle(const net::Request& request, net::Exchange& exchange) {
    auto upstream = co_await take();
    net::Headers headers;
    headers.add("Content-Type", "application/json");
    auto head = co_await upstream->request(request.method, request.target, headers, request.body);
    if (!head) co_return co_await fail_with(request, exchange, head.error());
    if (head->headers.has("Content-Length")) {
      auto body = co_await upstream->read_all(64U << 20);
      if (!body) co_return co_await fail_with(request, exchange, body.error());
      co_await exchange.send({head->status, std::move(head->headers), std::move(*body)});
    } else {
      co_await exchange.begin(head->status, std::move(head->headers));
      for (;;) {
        const auto piece = co_await upstream->read_some();
        if (!piece) co_return;
        if (piece->empty()) break;
        const auto written = co_await exchange.write(*piece);
        if (!written) co_return;
      }
      co_await exchange.end();
    }
    if (upstream->reusable()) idle_.push_back(std::move(upstream));
  }

 private:
  net::Task<std::unique_ptr<net::Upstream>> take() {
    if (idle_.empty()) {
      const auto executor = co_await boost::asio::this_coro::executor;
      co_return net::make_upstream(executor, connect_to(engine_));
    }
    auto upstream = std::move(idle_.back());
    idle_.pop_back();
    co_return upstream;
  }

  net::Task<void> fail_with(const net::Request& request, net::Exchange& exchange, const Error& error) {
    co_await exchange.send(net::plain_refusal(502, error.message(), request));
  }

  std::string engine_;
  std::vector<std::unique_ptr<net::Upstream>> idle_;
};

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: bench_relay PORT ENGINE.sock\n");
    return 2;
  }
  boost::asio::io_context context(1);
  Relay relay(words[2]);
  net::Server server(context, {}, [&relay](const net::Request& request, net::Exchange& exchange) {
    return relay.handle(request, exchange);
  });
  const auto port = static_cast<std::uint16_t>(parse_u64(words[1]).value_or(0));
  if (const auto listening = server.listen(listen_on(port), net::Door::loopback); !listening) {
    std::fprintf(stderr, "%s\n", listening.error().message().c_str());
    return 1;
  }
  context.run();
}
