#include "sim/network.hpp"

#include <gtest/gtest.h>

#include "sim/event_queue.hpp"

namespace localscale::sim {
namespace {

constexpr std::int64_t ms = 1000;

class NetworkTest : public testing::Test {
 protected:
  int arrivals(int tries = 1000) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += network.direct(0, 1, 0).count;
    return count;
  }

  Network network{Tree(2, 3), Random(1), 0};
};

TEST_F(NetworkTest, DeliversEachMessageOnceWithinMilliseconds) {
  const Arrivals one = network.direct(0, 1, 5 * ms);
  EXPECT_EQ(one.count, 1);
  EXPECT_GT(one.at_us[0], 5 * ms);
  EXPECT_LT(one.at_us[0], 25 * ms);
  EXPECT_EQ(arrivals(), 1000);
}

TEST_F(NetworkTest, LosesDelaysReordersAndDuplicatesAsFaultsSay) {
  network.access(0).loss = 250'000;
  EXPECT_NEAR(arrivals(), 750, 80);
  network.access(0).loss = 0;
  network.access(1).duplicate = 500'000;
  EXPECT_NEAR(arrivals(), 1500, 80);
  network.access(1).duplicate = 0;
  network.access(1).extra_us = 300 * ms;
  EXPECT_GE(network.direct(0, 1, 0).at_us[0], 300 * ms);
  EXPECT_LT(network.direct(0, 2, 0).at_us[0], 300 * ms);
  network.access(1).extra_us = 0;
  network.access(0).reorder = 500'000;
  bool overtaken = false;
  for (int i = 0; i < 100; ++i)
    overtaken |= network.direct(0, 1, 0).at_us[0] > network.direct(0, 1, 10 * ms).at_us[0];
  EXPECT_TRUE(overtaken);
  EXPECT_GT(network.counts().lost, 0U);
  EXPECT_GT(network.counts().duplicated, 0U);
  EXPECT_GT(network.counts().held_back, 0U);
}

TEST_F(NetworkTest, BlocksOneDirectionUntilEachFaultTookItsBlockBack) {
  network.block(0, 1, 1);
  network.block(0, 1, 1);
  EXPECT_EQ(network.direct(0, 1, 0).count, 0);
  EXPECT_EQ(network.direct(1, 0, 0).count, 1);
  EXPECT_EQ(network.by_post(0, 1, 0).count, 1) << "the post office goes another way";
  network.block(0, 1, -1);
  EXPECT_EQ(network.direct(0, 1, 0).count, 0);
  network.block(0, 1, -1);
  EXPECT_EQ(network.direct(0, 1, 0).count, 1);
}

TEST_F(NetworkTest, HasAPostOfficeForEachPool) {
  network.close_post_office(0, 1);
  EXPECT_EQ(network.by_post(0, 1, 0).count, 0);
  EXPECT_EQ(network.direct(0, 1, 0).count, 1);
  EXPECT_EQ(network.by_post(3, 4, 0).count, 1);
}

TEST(EventQueue, GivesTheEarliestFirstAndKeepsTheOrderOfOneTime) {
  EventQueue queue;
  queue.push({.at_us = 5, .number = 1});
  queue.push({.at_us = 3, .number = 2});
  queue.push({.at_us = 5, .number = 3});
  queue.push({.at_us = 4, .number = 4});
  EXPECT_EQ(queue.pop().number, 2U);
  Event again = queue.pop();
  EXPECT_EQ(again.number, 4U);
  queue.push_again(again, 5);
  for (const std::uint64_t number : {1U, 3U, 4U}) EXPECT_EQ(queue.pop().number, number);
  EXPECT_TRUE(queue.empty());
}

TEST(Tree, NamesHomesByTheirPath) {
  const Tree tree(70, 5);
  EXPECT_EQ(tree.path(0), "region1/community1/pool1/home1");
  EXPECT_EQ(tree.path(7), "region1/community1/pool2/home3");
  EXPECT_EQ(tree.path(static_cast<HomeIndex>(69 * 5)), "region2/community1/pool6/home1");
  EXPECT_EQ(tree.pool_of(7), 1);
  EXPECT_EQ(tree.homes(), 350);
}

}  // namespace
}  // namespace localscale::sim
