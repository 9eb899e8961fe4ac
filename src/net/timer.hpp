#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "net/http.hpp"

namespace localscale::net {

/// Suspends this coroutine.
Task<void> sleep_for(std::chrono::steady_clock::duration time);

/// What `task` gives, or Errc::timeout after `limit`, when it is cancelled. `doing` completes the sentence
/// "… took longer than N ms."
template <class T>
Task<Result<T>> within(std::chrono::milliseconds limit, std::string doing, Task<Result<T>> task) {
  using boost::asio::experimental::awaitable_operators::operator||;
  auto first = co_await (std::move(task) || sleep_for(limit));
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  co_return fail(Errc::timeout,
                 std::move(doing) + " took longer than " + std::to_string(limit.count()) + " ms.");
}

}  // namespace localscale::net
