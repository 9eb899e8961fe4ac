#include "config/state_owner.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::config {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const Error shut{Errc::denied, "Opening the lock: Permission denied", ""};

TEST(StateOwner, IsNamedWithWhatToDoWhereTheStateIsAnothers) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a folder away";
  const tests::TemporaryFolder folder;
  const fs::path state = folder.path() / "state";
  ASSERT_EQ(::mkdir(state.c_str(), 0700), 0);
  ASSERT_EQ(::chown(state.c_str(), 65534, 65534), 0);
  EXPECT_THAT(with_owner(shut, state).next,
              HasSubstr(state.string() + " belongs to nobody: run this as nobody"));
  ASSERT_EQ(::chown(state.c_str(), 64212, 64212), 0);  // a role of the service
  EXPECT_THAT(with_owner(shut, state).next, HasSubstr("belongs to root: run this with sudo"));
  EXPECT_THAT(with_owner(shut, state / "run" / "lock").next, HasSubstr(state.string() + " belongs to root"));
}

TEST(StateOwner, IsNotBlamedForWhatIsOursOrForOtherErrors) {
  const tests::TemporaryFolder folder;
  EXPECT_EQ(with_owner(shut, folder.path() / "state").next, "");
  const Error full{Errc::exhausted, "The disk is full", "Make room."};
  EXPECT_EQ(with_owner(full, "/").next, "Make room.");
}

TEST(StateOwner, IsFollowedByAdviceWhereNothingElseIsSaid) {
  const tests::TemporaryFolder folder;
  const Error blocked{Errc::internal, "Making a folder: Not a directory", ""};
  EXPECT_THAT(with_state_advice(blocked, folder.path()).next,
              HasSubstr("Look what is at " + folder.path().string()));
  const Error full{Errc::exhausted, "The disk is full", "Make room."};
  EXPECT_EQ(with_state_advice(full, folder.path()).next, "Make room.");
}

}  // namespace
}  // namespace localscale::config
