#include "base/nearest.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace localscale {
namespace {

const std::vector<std::string> verbs = {"up", "down", "status", "ps", "ls", "pull", "show", "rm", "version"};

TEST(Nearest, FindsTheWordOneSlipAway) {
  EXPECT_EQ(nearest("stauts", verbs), "status");
  EXPECT_EQ(nearest("versoin", verbs), "version");
  EXPECT_EQ(nearest("pul", verbs), "pull");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("benchmark", verbs), "");
  EXPECT_EQ(nearest("", verbs), "");
  EXPECT_EQ(nearest(std::string(100, 's'), verbs), "");
}

}  // namespace
}  // namespace localscale
