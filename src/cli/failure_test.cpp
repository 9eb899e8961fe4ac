#include "cli/failure.hpp"

#include <gtest/gtest.h>

namespace localscale::cli {
namespace {

TEST(ExitStatus, FollowsTheDocumentedTable) {
  EXPECT_EQ(static_cast<int>(exit_of(Errc::invalid_argument)), 2);
  EXPECT_EQ(static_cast<int>(exit_of(Errc::not_found)), 4);
  EXPECT_EQ(static_cast<int>(exit_of(Errc::denied)), 5);
  EXPECT_EQ(static_cast<int>(exit_of(Errc::exhausted)), 5);
  EXPECT_EQ(static_cast<int>(exit_of(Errc::timeout)), 6);
  EXPECT_EQ(static_cast<int>(exit_of(Errc::corrupt)), 7);
  EXPECT_EQ(static_cast<int>(exit_of(Errc::internal)), 1);
  EXPECT_EQ(static_cast<int>(not_running().value().exit), 3);
}

}  // namespace
}  // namespace localscale::cli
