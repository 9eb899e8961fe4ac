#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_set>

#include <boost/asio/steady_timer.hpp>

#include "net/http.hpp"

namespace localscale::gateway {

/// Wakes all who wait in the same moment, so that what they send is made once: each `period`, and sooner when
/// hurried, though not within `shortest` of the beat before. Costs nothing while nobody waits. One thread.
class Beat {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds period{1000};
  static constexpr std::chrono::milliseconds shortest{250};

  /// Suspends until a beat with a number above `seen`; returns at once if it has been, or after `stop`.
  net::Task<void> after(std::uint64_t seen);
  /// Suspends for `time`, or until `stop`. Beats do not matter.
  net::Task<void> pause(std::chrono::milliseconds time);
  void hurry();
  /// Wakes all for good.
  void stop();

  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// How many of the beats were those that come each period.
  [[nodiscard]] std::uint64_t periods() const { return periods_; }
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  using Timers = std::unordered_set<boost::asio::steady_timer*>;
  /// Until `due`, or until what is in `timers` is cancelled.
  static net::Task<void> suspend(Timers& timers, Clock::time_point due);
  void arm(const boost::asio::any_io_executor& executor);
  void set_timer(Clock::time_point due);
  void beat();

  std::optional<boost::asio::steady_timer> timer_;
  Timers waiting_;
  Timers pausing_;
  std::uint64_t number_ = 0;
  std::uint64_t periods_ = 0;
  Clock::time_point last_{};
  Clock::time_point next_period_{};
  bool armed_ = false;
  bool hurried_ = false;
  bool stopped_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace localscale::gateway
