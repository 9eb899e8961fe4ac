#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::supervisor {

/// A single-threaded loop over readable descriptors and timers. Callbacks may add and remove both.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Callback = std::function<void()>;
  using TimerId = std::uint64_t;

  static Result<EventLoop> make();

  /// Calls `callback` whenever `fd` is readable or hung up, until unwatch. The descriptor stays the caller's.
  Result<void> watch(int fd, Callback callback);
  /// Must be called before the descriptor is closed.
  void unwatch(int fd);

  TimerId after(std::chrono::milliseconds delay, Callback callback);
  void cancel(TimerId timer);

  /// Runs until stop().
  void run();
  void stop() { running_ = false; }

 private:
  explicit EventLoop(UniqueFd epoll) : epoll_(std::move(epoll)) {}

  [[nodiscard]] int timeout_ms() const;
  void dispatch(std::uint64_t ticket);
  void fire_timers();

  struct Watched {
    std::uint64_t ticket = 0;
    std::shared_ptr<Callback> callback;
  };
  struct Timer {
    TimerId id = 0;
    Callback callback;
  };

  UniqueFd epoll_;
  std::map<int, Watched> watched_;
  std::multimap<Clock::time_point, Timer> timers_;
  std::uint32_t last_watch_ = 0;
  TimerId last_timer_ = 0;
  bool running_ = false;
};

}  // namespace localscale::supervisor
