#include "cli/http_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "cli/failure.hpp"

// The parser alone is used, in this one file: no need for the separately compiled rest.
#undef BOOST_ASIO_SEPARATE_COMPILATION
#undef BOOST_BEAST_SEPARATE_COMPILATION
#define BOOST_ASIO_HEADER_ONLY 1
#define BOOST_BEAST_HEADER_ONLY 1
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace localscale::cli {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t max_kept_bytes = 64U << 20;

/// `patience` bounds connecting (a home that is stuck lets connections queue up) and each send.
Result<UniqueFd> connect_to(const std::filesystem::path& path, std::chrono::milliseconds patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    return fail(Errc::invalid_argument, fmt::format("The path of the socket is too long: {}.", text),
                "Set state_directory in the config to a shorter path.");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno("Opening a socket", errno);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
  const timeval longest_send{seconds.count(), (patience - seconds) / std::chrono::microseconds(1)};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &longest_send, sizeof longest_send);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own way
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EAGAIN)
      return fail(Errc::timeout, "The home takes no connections: it is stuck.", std::string(restart_advice));
    return fail_errno(fmt::format("Connecting to {}", text), errno);
  }
  return fd;
}

std::string head_and_body(const HttpRequest& request) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n",
                                request.method, request.target);
  if (!request.body.empty() || request.method == "POST") {
    out += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", request.body.size());
  }
  return out + "\r\n" + request.body;
}

Result<void> send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) return fail(Errc::cancelled, "Interrupted.");
    // The home may answer and close before it has read all (a body that is too long): read the answer.
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return {};
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return fail(Errc::timeout, "The home does not read the request.", std::string(restart_advice));
    if (sent < 0) return fail_errno("Sending to the home", errno);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

bool has_bytes(int fd) {
  pollfd now{fd, POLLIN, 0};
  return ::poll(&now, 1, 0) > 0;
}

/// Waits until there is something to read.
Result<void> wait_for_bytes(int fd, const HttpRequest& request) {
  constexpr std::chrono::milliseconds step{250};
  for (std::chrono::milliseconds waited{0}; waited < request.quiet; waited += step) {
    pollfd wait{fd, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::min(step, request.quiet - waited).count()));
    if (ready < 0 && errno == EINTR) return fail(Errc::cancelled, "Interrupted.");
    if (ready != 0) return {};
    if (request.waiting) request.waiting();
    if (!request.check || (waited + step) % request.check_every != std::chrono::milliseconds{0}) continue;
    // The check takes its time: what came meanwhile proves more than it does.
    if (auto checked = request.check(); !checked && !has_bytes(fd)) return checked;
  }
  return fail(Errc::timeout, fmt::format("The home sent nothing for {} s.", request.quiet.count() / 1000),
              "See what it does with: localscale status; localscale logs");
}

/// The bytes that are there, at least one; 0 at the end.
Result<std::size_t> receive(int fd, std::span<char> buffer, const HttpRequest& request) {
  if (auto waited = wait_for_bytes(fd, request); !waited) return tl::unexpected(waited.error());
  const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (got < 0 && errno == EINTR) return fail(Errc::cancelled, "Interrupted.");
  if (got < 0) return fail_errno("Reading from the home", errno);
  return static_cast<std::size_t>(got);
}

tl::unexpected<Error> broken_off() {
  return fail(Errc::unavailable, "The home closed the connection in the middle of its answer.",
              "It may have been stopped; see: localscale status; localscale logs");
}

tl::unexpected<Error> not_http(const boost::system::error_code& error) {
  return fail(Errc::internal, fmt::format("The home's answer is not valid HTTP ({}).", error.message()),
              "Is another program listening on its socket?");
}

/// Reads one answer piece by piece.
class Reader {
 public:
  Reader(int fd, const HttpRequest& request, const BodySink& sink) : fd_(fd), request_(request), sink_(sink) {
    parser_.eager(true);
    parser_.body_limit(boost::none);
  }

  Result<HttpReply> run() {
    while (!parser_.is_done()) {
      const auto more = fill();
      if (!more) return tl::unexpected(more.error());
      if (auto parsed = parse(*more); !parsed) return tl::unexpected(parsed.error());
      if (!take_body()) break;
      if (reply_.body.size() > max_kept_bytes)
        return fail(Errc::exhausted, "The home's answer is longer than 64 MiB.");
    }
    reply_.status = parser_.get().result_int();
    return std::move(reply_);
  }

 private:
  /// False at the end of the connection.
  Result<bool> fill() {
    std::array<char, 16384> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
    const auto got = receive(fd_, piece, request_);
    if (!got) return tl::unexpected(got.error());
    pending_.append(piece.data(), *got);
    return *got > 0;
  }

  Result<void> parse(bool more_will_come) {
    boost::system::error_code error;
    while (!pending_.empty() && !parser_.is_done()) {
      const std::size_t used = parser_.put(boost::asio::buffer(pending_), error);
      pending_.erase(0, used);
      if (error == http::error::need_more) break;
      if (error) return not_http(error);
    }
    if (more_will_come || parser_.is_done()) return {};
    if (!parser_.got_some()) return broken_off();
    parser_.put_eof(error);
    if (error) return broken_off();
    return {};
  }

  bool take_body() {
    if (!parser_.is_header_done()) return true;
    std::string& body = parser_.get().body();
    const bool to_sink = sink_ && parser_.get().result_int() / 100 == 2;
    bool go_on = true;
    if (to_sink && !body.empty()) go_on = sink_(body);
    if (!to_sink) reply_.body += body;
    body.clear();
    return go_on;
  }

  int fd_;
  const HttpRequest& request_;
  const BodySink& sink_;
  http::response_parser<http::string_body> parser_;
  std::string pending_;
  HttpReply reply_;
};

}  // namespace

Result<HttpReply> http_exchange(const std::filesystem::path& socket, const HttpRequest& request,
                                const BodySink& sink) {
  constexpr std::chrono::milliseconds longest_send{30'000};
  auto fd = connect_to(socket, std::clamp(request.quiet, std::chrono::milliseconds{1}, longest_send));
  if (!fd) return tl::unexpected(fd.error());
  if (auto sent = send_all(fd->get(), head_and_body(request)); !sent) return tl::unexpected(sent.error());
  return Reader(fd->get(), request, sink).run();
}

}  // namespace localscale::cli
