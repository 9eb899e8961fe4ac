#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "mesh/fetcher/cancel.hpp"
#include "mesh/fetcher/transfer.hpp"

namespace localscale::mesh::fetcher {

/// Runs transfers side by side and keeps their connections for the next ones. One thread.
class Multi {
 public:
  using OnDone = std::function<void(Transfer&, int code)>;

  Multi();
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  void add(Transfer& transfer);
  void remove(Transfer& transfer);
  /// Moves all transfers on and reports those that ended (removed before they are reported); if none did,
  /// waits up to `wait` for one that can go on or for the cancel.
  void step(std::chrono::milliseconds wait, const Cancel& cancel, const OnDone& on_done);
  /// Runs one transfer alone to its end. Gives its CURLcode; CURLE_ABORTED_BY_CALLBACK if cancelled.
  int run(Transfer& transfer, const Cancel& cancel);

 private:
  bool report(const OnDone& on_done);

  struct Free {
    void operator()(void* multi) const;
  };
  std::unique_ptr<void, Free> multi_;
};

}  // namespace localscale::mesh::fetcher
