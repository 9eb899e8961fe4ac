// A TCP relay on loopback that holds every byte back for a while, for benches on kernels without sch_netem.
//   bench_delay_proxy LISTEN_PORT TARGET_PORT ONE_WAY_US
// Threads per direction and bounded queues: simple, and fast enough to be no bottleneck for a few
// connections.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/unique_fd.hpp"

namespace {

using localscale::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 256U << 10;
constexpr std::size_t max_held_bytes = 32U << 20;

/// Bytes that wait for their time.
class HeldBytes {
 public:
  void push(std::vector<char> bytes, Clock::time_point due) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_ < max_held_bytes || closed_; });
    held_ += bytes.size();
    queue_.push_back({std::move(bytes), due});
    changed_.notify_all();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  /// Empty at the end.
  std::vector<char> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !queue_.empty() || closed_; });
    if (queue_.empty()) return {};
    auto piece = std::move(queue_.front());
    queue_.pop_front();
    held_ -= piece.bytes.size();
    changed_.notify_all();
    lock.unlock();
    std::this_thread::sleep_until(piece.due);
    return std::move(piece.bytes);
  }

 private:
  struct Piece {
    std::vector<char> bytes;
    Clock::time_point due;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> queue_;
  std::size_t held_ = 0;
  bool closed_ = false;
};

bool send_all(int fd, const std::vector<char>& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

struct Pair {
  UniqueFd client;
  UniqueFd server;
};

void relay(const std::shared_ptr<Pair>& pair, int from, int to, Clock::duration delay) {
  auto held = std::make_shared<HeldBytes>();
  std::thread([pair, from, held, delay] {
    while (true) {
      std::vector<char> bytes(read_bytes);
      const auto got = ::recv(from, bytes.data(), bytes.size(), 0);
      if (got <= 0) break;
      bytes.resize(static_cast<std::size_t>(got));
      held->push(std::move(bytes), Clock::now() + delay);
    }
    held->close();
  }).detach();
  std::thread([pair, from, to, held] {
    for (auto bytes = held->pop(); !bytes.empty(); bytes = held->pop()) {
      if (!send_all(to, bytes)) break;
    }
    held->close();
    ::shutdown(to, SHUT_WR);
    ::shutdown(from, SHUT_RD);
  }).detach();
}

sockaddr_in loopback(std::uint64_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at) { return argc == 4 ? localscale::parse_u64(argv[at]).value_or(0) : 0; };
  const auto listen_address = loopback(number(1));
  const auto target_address = loopback(number(2));
  const auto delay = std::chrono::microseconds(number(3));
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&listen_address), sizeof listen_address) !=
          0 ||
      ::listen(listener.get(), 64) != 0) {
    std::perror("bench_delay_proxy");
    return 1;
  }
  while (true) {
    auto pair = std::make_shared<Pair>();
    pair->client.reset(::accept(listener.get(), nullptr, nullptr));
    pair->server.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!pair->client || ::connect(pair->server.get(), reinterpret_cast<const sockaddr*>(&target_address),
                                   sizeof target_address) != 0) {
      continue;
    }
    no_delay(pair->client.get());
    no_delay(pair->server.get());
    relay(pair, pair->client.get(), pair->server.get(), delay);
    relay(pair, pair->server.get(), pair->client.get(), delay);
  }
}
