#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/error.hpp"
#include "engine/awaiting.hpp"
#include "net/http.hpp"

namespace localscale::engine {

/// Answers that coroutines wait for, by request id. One executor.
template <class T>
class Pending {
 public:
  /// `first`: where its ids begin, should several share a channel.
  explicit Pending(boost::asio::any_io_executor executor, std::uint64_t first = 1)
      : executor_(std::move(executor)), next_(first) {}

  [[nodiscard]] std::uint64_t open() {
    const auto id = next_++;
    slots_.emplace(id, std::make_shared<Slot>(executor_));
    return id;
  }

  /// Waits at most `limit`, then fails with `late`. The id is done with afterwards, also when the coroutine
  /// is cancelled.
  net::Task<Result<T>> wait(std::uint64_t id, std::chrono::milliseconds limit, Error late) {
    const auto slot = slots_.at(id);
    const auto forget = std::shared_ptr<void>(nullptr, [this, id](void*) { slots_.erase(id); });
    slot->wake.expires_after(limit);
    if (!slot->answer) co_await slot->wake.async_wait(as_tuple);
    if (!slot->answer) co_return tl::unexpected(std::move(late));
    co_return std::move(*slot->answer);
  }

  /// False if nobody waits for it any more.
  bool answer(std::uint64_t id, Result<T> value) {
    const auto found = slots_.find(id);
    if (found == slots_.end()) return false;
    found->second->answer = std::move(value);
    found->second->wake.cancel();
    return true;
  }

  void fail_all(const Error& error) {
    for (auto& [id, slot] : slots_) {
      slot->answer = tl::unexpected(error);
      slot->wake.cancel();
    }
  }

 private:
  struct Slot {
    explicit Slot(const boost::asio::any_io_executor& executor) : wake(executor) {}
    boost::asio::steady_timer wake;
    std::optional<Result<T>> answer;
  };

  boost::asio::any_io_executor executor_;
  std::map<std::uint64_t, std::shared_ptr<Slot>> slots_;
  std::uint64_t next_;
};

}  // namespace localscale::engine
