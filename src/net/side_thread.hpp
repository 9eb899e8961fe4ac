#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "net/http.hpp"

namespace localscale::net {

/// A thread beside the executor's for work that would hold up everybody else's: one piece at a time, and none
/// waits, so that nobody can pile work up. All calls on one executor's thread.
class SideThread {
 public:
  SideThread();
  /// Waits for the piece that runs.
  ~SideThread();
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  [[nodiscard]] bool busy() const;

  /// What `work` gives, which must own all that it uses: it runs to its end also where the coroutine that
  /// waits here is cancelled. Fails with `exhausted` and a time to wait while another piece runs.
  template <class T>
  Task<Result<T>> run(std::function<Result<T>()> work) {
    auto outcome = std::make_shared<std::optional<Result<T>>>();
    const auto done = co_await perform([outcome, work = std::move(work)] { outcome->emplace(work()); });
    if (!done) co_return tl::unexpected(done.error());
    co_return std::move(**outcome);
  }

 private:
  class Thread;

  Task<Result<void>> perform(std::function<void()> work);

  std::shared_ptr<bool> busy_;
  std::unique_ptr<Thread> thread_;  ///< Started by the first piece.
};

}  // namespace localscale::net
