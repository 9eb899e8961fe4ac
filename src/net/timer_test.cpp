#include "net/timer.hpp"

#include <optional>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/spawn.hpp"

namespace localscale::net {
namespace {

using namespace std::chrono_literals;

Task<Result<int>> number_after(std::chrono::milliseconds time, int number) {
  co_await sleep_for(time);
  co_return number;
}

Task<void> store(Task<Result<int>> task, std::optional<Result<int>>& into) {
  into.emplace(co_await std::move(task));
}

std::optional<Result<int>> run(Task<Result<int>> task) {
  boost::asio::io_context context(1);
  std::optional<Result<int>> result;
  spawn(context.get_executor(), "test", store(std::move(task), result));
  context.run();
  return result;
}

TEST(Within, GivesTheResultThatCameInTime) {
  EXPECT_EQ(run(within(1000ms, "counting", number_after(1ms, 7))).value(), 7);
}

TEST(Within, CancelsWhatTakesTooLong) {
  const auto before = std::chrono::steady_clock::now();
  const auto result = run(within(10ms, "counting", number_after(5000ms, 7)));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->error().code, Errc::timeout);
  EXPECT_EQ(result->error().what, "counting took longer than 10 ms.");
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
}

}  // namespace
}  // namespace localscale::net
