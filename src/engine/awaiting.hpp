#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace localscale::engine {

using Clock = std::chrono::steady_clock;

/// To await an operation whose error is an answer, not an exception: `co_await timer.async_wait(as_tuple)`.
inline constexpr auto as_tuple = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace localscale::engine
