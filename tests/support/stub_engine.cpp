// stub-llama-server: speaks llama-server's HTTP and does what a script says (stub/script.hpp), so that tests
// and benchmarks need no model and can make an engine slow, silent or dead.

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "net/server.hpp"
#include "net/spawn.hpp"
#include "stub/engine.hpp"

namespace {

using namespace localscale;

bool is_socket_path(std::string_view host) {
  return host.ends_with(".sock");
}

/// Takes the flags it knows; others, with their values, are ignored.
stub::Options parse(int count, char** words) {
  stub::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const char* const value = i + 1 < count ? words[i + 1] : "";
    if (word == "-m" || word == "--model") options.model_path = value;
    if (word == "-a" || word == "--alias") options.alias = value;
    if (word == "--host") options.host = value;
    if (word == "--port") options.port = static_cast<std::uint16_t>(parse_u64(value).value_or(options.port));
    if (word == "--embeddings" || word == "--embedding") options.embeddings = true;
    if (word == "--rerank" || word == "--reranking") options.reranking = true;
  }
  if (options.alias.empty()) options.alias = options.model_path;
  return options;
}

Result<UniqueFd> listen_on_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return fail(Errc::invalid_argument, "The socket's path is too long.");
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    return fail_errno("listen on " + path, errno);
  }
  return socket;
}

Result<UniqueFd> listen_on_port(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    return fail_errno("listen on port " + std::to_string(port), errno);
  }
  return socket;
}

/// Ends the generations before what they refer to goes.
net::Task<void> stop_serving(net::Server& server, boost::asio::io_context& context) {
  co_await server.drain(std::chrono::milliseconds(0));
  context.stop();
}

int serve(const stub::Options& options, const stub::Script& script) {
  auto listener = is_socket_path(options.host) ? listen_on_path(options.host)
                                               : listen_on_port(options.host, options.port);
  if (!listener) {
    std::fprintf(stderr, "E srv  llama_server: couldn't bind HTTP server socket: %s\n",
                 listener.error().what.c_str());
    return 1;
  }
  boost::asio::io_context context(1);
  stub::Engine engine(context, options, script);
  net::Server server(context, net::Limits{}, [&engine](const net::Request& request, net::Exchange& exchange) {
    return engine.handle(request, exchange);
  });
  if (!server.listen(std::move(*listener), net::Door::loopback)) return 1;
  boost::asio::signal_set stop(context, SIGINT, SIGTERM);
  stop.async_wait([&](boost::system::error_code, int) {
    net::spawn(context.get_executor(), "stop", stop_serving(server, context));
  });
  std::fprintf(stderr, "I srv  llama_server: server is listening on %s\n", options.host.c_str());
  context.run();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const stub::Options options = parse(count, words);
  const auto script = stub::read_model(options.model_path);
  if (!script) {
    std::fprintf(stderr, "E gguf_init_from_reader: invalid magic characters, expected 'GGUF'\n");
    std::fprintf(stderr, "E srv    load_model: failed to load model, '%s'\n", options.model_path.c_str());
    std::fprintf(stderr, "E srv  llama_server: exiting due to model loading error\n");
    return 1;
  }
  const char* const environment = std::getenv("LOCALSCALE_STUB");
  const stub::Script full = environment == nullptr ? *script : script->with(environment);
  if (full.exit) return 1;
  return serve(options, full);
}
