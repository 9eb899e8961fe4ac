#include "load.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/bytes.hpp"

namespace localscale::bench {
namespace {

constexpr std::string_view kToken = "\"content\":\"";
constexpr std::string_view kEndOfChunks = "\r\n0\r\n\r\n";

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench_gateway: %s\n", why.c_str());
  std::exit(1);
}

UniqueFd connect_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return {};
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

UniqueFd connect_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) give_up("the socket's path is too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return {};
  return socket;
}

}  // namespace

UniqueFd Target::connect() const {
  const auto port = parse_u64(where);
  UniqueFd socket = port ? connect_port(static_cast<std::uint16_t>(*port)) : connect_path(where);
  if (!socket) give_up("nobody listens at " + where + ": " + std::strerror(errno));
  return socket;
}

Conversation::Conversation(const Target& target, std::string request)
    : target_(target), socket_(target.connect()), request_(std::move(request)) {}

/// A server may close what it has kept alive for long enough (llama-server: five seconds).
void Conversation::reconnect_if_closed() {
  char byte = 0;
  if (::recv(fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) socket_ = target_.connect();
}

void Conversation::ask() {
  reconnect_if_closed();
  head_.clear();
  tail_.clear();
  in_body_ = chunked_ = seen_ = complete_ = false;
  left_ = tokens_ = 0;
  std::string_view rest = request_;
  while (!rest.empty()) {
    const ssize_t sent = ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) give_up("the connection closed while a request was sent");
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Conversation::read() {
  std::array<char, 65536> buffer;
  const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), 0);
  if (got <= 0) give_up("the connection closed in the middle of an answer");
  complete_ = !take({buffer.data(), static_cast<std::size_t>(got)});
  return !complete_;
}

bool Conversation::take(std::string_view bytes) {
  std::string rest;
  if (!in_body_) {
    head_.append(bytes);
    if (!scan_head()) return true;
    rest = std::move(head_);
    bytes = rest;
  }
  if (!chunked_) {
    left_ -= std::min(left_, bytes.size());
    return left_ > 0;
  }
  // Marks may be cut in two: the tail holds fewer bytes than a mark, so that none is counted twice.
  tail_.append(bytes);
  std::size_t from = 0;
  for (std::size_t at = tail_.find(kToken); at != std::string::npos; at = tail_.find(kToken, from)) {
    ++tokens_;
    from = at + kToken.size();
  }
  seen_ = seen_ || (!mark_.empty() && tail_.find(mark_) != std::string::npos);
  const bool complete = tail_.ends_with(kEndOfChunks);
  const std::size_t keep = std::min(tail_.size() - from, kToken.size() - 1);
  tail_.erase(0, tail_.size() - keep);
  return !complete;
}

bool Conversation::scan_head() {
  const std::size_t end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  if (!head_.starts_with("HTTP/1.1 200")) give_up("an answer was not 200:\n" + head_);
  chunked_ = head_.find("chunked") < end;
  std::string lower = head_.substr(0, end);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::size_t length = lower.find("content-length: ");
  if (length != std::string::npos) left_ = std::strtoull(lower.c_str() + length + 16, nullptr, 10);
  head_.erase(0, chunked_ ? end + 2 : end + 4);  // Leaves a line end before the first chunk's size.
  in_body_ = true;
  return true;
}

void Conversation::wait_for(std::string_view mark) {
  mark_ = mark;
  while (!seen_ && !complete_) read();
  if (!seen_) give_up("the answer ended without a token");
  mark_ = {};
}

void Conversation::finish() {
  while (!complete_) read();
}

std::string post(std::string_view path, std::string_view body) {
  std::string request("POST ");
  request.append(path).append(
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ");
  const char* const more = std::getenv("BENCH_HEADERS");
  request.append(std::to_string(body.size())).append("\r\n").append(more == nullptr ? "" : more);
  return request.append("\r\n").append(body);
}

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::lround(share * last))];
}

}  // namespace localscale::bench
