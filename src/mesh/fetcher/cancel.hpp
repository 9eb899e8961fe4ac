#pragma once

#include <atomic>
#include <chrono>

#include "base/unique_fd.hpp"

namespace localscale::mesh::fetcher {

/// Lets one thread tell another to stop what it waits for. Thread-safe.
class Cancel {
 public:
  Cancel();
  void request();
  [[nodiscard]] bool requested() const { return requested_.load(std::memory_order_acquire); }
  /// Readable once requested: for poll.
  [[nodiscard]] int fd() const { return event_.get(); }
  /// Waits; false if cancelled before the time was over.
  [[nodiscard]] bool sleep_for(std::chrono::milliseconds duration) const;

 private:
  std::atomic<bool> requested_ = false;
  UniqueFd event_;
};

}  // namespace localscale::mesh::fetcher
