#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "net/http.hpp"

namespace localscale::gateway {

/// What happens in the home (loads, pulls), for the page and the command line. Keeps the newest events_max; a
/// reader that falls further behind misses some. One thread.
class Events {
 public:
  static constexpr std::size_t events_max = 256;

  struct Event {
    std::uint64_t number = 0;
    std::string kind;  ///< "load", "pull".
    std::string json;  ///< One line.
  };

  void publish(std::string_view kind, std::string json);
  /// Events with a number above `number`, oldest first.
  [[nodiscard]] std::vector<Event> after(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t last() const { return last_; }

  /// The home stops: readers are woken and are to end their streams.
  void close();
  [[nodiscard]] bool closed() const { return closed_; }
  /// Suspends a reader for `time`, or until the home stops.
  net::Task<void> wait(std::chrono::milliseconds time);

 private:
  std::deque<Event> events_;
  std::uint64_t last_ = 0;
  std::unordered_set<boost::asio::steady_timer*> waiting_;
  bool closed_ = false;
};

}  // namespace localscale::gateway
