#pragma once

#include <chrono>
#include <functional>
#include <queue>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/http.hpp"

namespace localscale::stub {

/// Wakes many paced streams with one timer: those that are due within a quarter of a millisecond wake
/// together.
class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Pacer(boost::asio::io_context& context) : timer_(context) {}
  /// Returns at once if `when` has passed.
  net::Task<void> until(Clock::time_point when);

 private:
  struct Waiting;
  using Entry = std::pair<Clock::time_point, std::shared_ptr<Waiting>>;
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const { return a.first > b.first; }
  };

  void arm();
  void wake_due();

  boost::asio::steady_timer timer_;
  Clock::time_point armed_for_ = Clock::time_point::max();
  std::priority_queue<Entry, std::vector<Entry>, Later> waiting_;
};

}  // namespace localscale::stub
