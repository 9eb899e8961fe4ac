#pragma once

#include <cstddef>
#include <vector>

#include "sim/event.hpp"

namespace localscale::sim {

/// What is going to happen, the earliest first; at the same time, what was put in first, and alarms last: a
/// home reads what has arrived before its alarm rings (src/core/README.md).
class EventQueue {
 public:
  void push(Event event);
  /// Puts an event back for later; among those of its new time it keeps its place.
  void push_again(Event event, std::int64_t at_us);
  /// Must not be empty.
  Event pop();

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] std::int64_t next_at_us() const { return heap_.front().at_us; }

 private:
  std::vector<Event> heap_;
  std::uint64_t order_ = 0;
};

}  // namespace localscale::sim
