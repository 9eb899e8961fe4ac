#pragma once

#include <chrono>
#include <future>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "net/http.hpp"

namespace localscale::tests {

/// Runs `io` until `task` is done; gives its value, or throws what it threw.
template <class T>
T run_task(boost::asio::io_context& io, net::Task<T> task) {
  using namespace std::chrono_literals;
  auto done = boost::asio::co_spawn(io, std::move(task), boost::asio::use_future);
  io.restart();
  while (done.wait_for(0s) != std::future_status::ready) io.run_one_for(100ms);
  return done.get();
}

}  // namespace localscale::tests
