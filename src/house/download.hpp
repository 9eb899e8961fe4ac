#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/error.hpp"
#include "engine/service.hpp"
#include "house/fetch_messages.hpp"

namespace localscale::house {

/// Somebody who waits for a download.
struct Watcher {
  explicit Watcher(const boost::asio::any_io_executor& executor)
      : wake(executor, boost::asio::steady_timer::time_point::max()) {}
  boost::asio::steady_timer wake;
  std::deque<engine::Progress> events;
};

/// One download, for everybody who asked for that name.
struct Download {
  static constexpr std::size_t max_queued_events = 64;

  std::uint64_t id = 0;
  std::string name;
  std::list<Watcher> watchers;
  bool kept = false;  ///< Goes on without watchers.
  HeldFiles held;
  engine::Progress shown;  ///< The newest status; bytes of the largest file, so that bars do not jump back.
  std::optional<Result<void>> result;

  void tell(const engine::Progress& event) {
    show(event);
    for (auto& watcher : watchers) {
      auto& events = watcher.events;
      const bool newer =
          !events.empty() && events.back().status == event.status && events.back().digest == event.digest;
      if (newer || events.size() >= max_queued_events) events.pop_back();  // a slow client sees fewer steps
      events.push_back(event);
      watcher.wake.cancel();
    }
  }

  void end(Result<void> how) {
    result = std::move(how);
    for (auto& watcher : watchers) watcher.wake.cancel();
  }

  [[nodiscard]] engine::PullState state() const {
    return {name, engine::PullState::Step::running, shown, {}};
  }

 private:
  void show(const engine::Progress& event) {
    const auto before = std::exchange(shown, event);
    if (event.total_bytes >= before.total_bytes) return;
    shown.total_bytes = before.total_bytes;
    shown.completed_bytes = before.completed_bytes;
  }
};

}  // namespace localscale::house
