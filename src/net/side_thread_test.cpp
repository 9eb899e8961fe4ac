#include "net/side_thread.hpp"

#include <atomic>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace localscale::net {
namespace {

using Number = Result<int>;

/// Work that ends when it is told to.
class Gate {
 public:
  [[nodiscard]] std::function<Number()> work(int result) const {
    return [open = open_, result]() -> Number {
      open->wait(false);
      return result;
    };
  }
  void open() {
    open_->store(true);
    open_->notify_all();
  }

 private:
  std::shared_ptr<std::atomic<bool>> open_ = std::make_shared<std::atomic<bool>>(false);
};

class SideThreadTest : public testing::Test {
 protected:
  /// Begins the work; its result lies in the returned place once the context ran on.
  std::shared_ptr<Number> begin(std::function<Number()> work, boost::asio::cancellation_slot stop = {}) {
    auto got = std::make_shared<Number>(0);
    boost::asio::co_spawn(
        context_,
        [](SideThread& side, std::function<Number()> what, std::shared_ptr<Number> place) -> Task<void> {
          *place = co_await side.run<int>(std::move(what));
        }(side_, std::move(work), got),
        boost::asio::bind_cancellation_slot(stop, [](const std::exception_ptr&) {}));
    context_.restart();
    context_.poll();
    return got;
  }

  boost::asio::io_context context_{1};
  SideThread side_;
};

TEST_F(SideThreadTest, TheWorkRunsOnAnotherThreadAndItsResultComesBack) {
  const auto here = std::this_thread::get_id();
  const auto got = begin([here]() -> Number {
    if (std::this_thread::get_id() == here) return fail(Errc::internal, "the same thread");
    return 7;
  });
  context_.run();
  ASSERT_TRUE(got->has_value());
  EXPECT_EQ(**got, 7);
  EXPECT_FALSE(side_.busy());
}

TEST_F(SideThreadTest, WhileOnePieceRunsAnotherIsRefusedWithATimeToWait) {
  Gate gate;
  const auto first = begin(gate.work(1));
  EXPECT_TRUE(side_.busy());
  const auto second = begin([]() -> Number { return 2; });
  ASSERT_FALSE(second->has_value());
  EXPECT_EQ(second->error().code, Errc::exhausted);
  EXPECT_EQ(second->error().retry_after, std::chrono::seconds(1));
  gate.open();
  context_.run();
  EXPECT_EQ(**first, 1);
  const auto third = begin([]() -> Number { return 3; });
  context_.run();
  EXPECT_EQ(**third, 3);
}

TEST_F(SideThreadTest, WorkWhoseClientLeftStillCountsAsRunningUntilItEnds) {
  Gate gate;
  boost::asio::cancellation_signal client;
  begin(gate.work(1), client.slot());
  client.emit(boost::asio::cancellation_type::terminal);
  context_.poll();
  EXPECT_TRUE(side_.busy());
  EXPECT_FALSE(begin([]() -> Number { return 2; })->has_value());
  gate.open();
  while (side_.busy()) {
    context_.restart();
    context_.run_for(std::chrono::milliseconds(1));
  }
  const auto later = begin([]() -> Number { return 3; });
  context_.run();
  EXPECT_EQ(**later, 3);
}

TEST_F(SideThreadTest, ItEndsAfterTheWorkThatRuns) {
  Gate gate;
  auto side = std::make_unique<SideThread>();
  boost::asio::co_spawn(
      context_,
      [](SideThread& its, std::function<Number()> what) -> Task<void> {
        static_cast<void>(co_await its.run<int>(std::move(what)));
      }(*side, gate.work(1)),
      [](const std::exception_ptr&) {});
  context_.poll();
  std::thread opener([&gate] { gate.open(); });
  side.reset();
  opener.join();
}

}  // namespace
}  // namespace localscale::net
