#include "supervisor/role_files.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sandbox/child.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr sandbox::Identity role{64213, 64213};

class RoleFiles : public testing::Test {
 protected:
  fs::path write(const std::string& text, mode_t mode) const {
    std::ofstream(folder_.path() / "token") << text;
    ::chmod((folder_.path() / "token").c_str(), mode);
    return folder_.path() / "token";
  }
  [[nodiscard]] fs::path copies() const { return folder_.path() / "copies"; }
  tests::TemporaryFolder folder_;
};

TEST_F(RoleFiles, ThatTheRoleMayReadAreShownAsTheyLie) {
  const auto file = write("secret", 0644);
  EXPECT_EQ(readable_for(role, file, copies(), "token").value(), file);
  EXPECT_FALSE(fs::exists(copies()));
}

TEST_F(RoleFiles, OfRootAloneAreCopiedForTheRoleAloneAndAnewEachTime) {
  if (!sandbox::has_root_rights()) GTEST_SKIP() << "needs root";
  for (const std::string text : {"secret", "another"}) {
    const auto copy = readable_for(role, write(text, 0600), copies(), "token");
    ASSERT_TRUE(copy) << copy.error().message();
    std::ifstream in(*copy);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
    struct stat found{};
    ASSERT_EQ(::stat(copy->c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, role.uid);
    EXPECT_EQ(found.st_mode & 07777, 0400U);
    ASSERT_EQ(::stat(copies().c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, 0U);
    EXPECT_EQ(found.st_mode & 07777, 0700U);
  }
}

TEST_F(RoleFiles, ThatAreNoPlainFilesOrTooLongAreErrors) {
  ASSERT_EQ(::mkfifo((folder_.path() / "fifo").c_str(), 0600), 0);
  const auto fifo = readable_for(role, folder_.path() / "fifo", copies(), "x");
  ASSERT_FALSE(fifo);
  EXPECT_THAT(fifo.error().message(), HasSubstr("no plain file"));
  if (!sandbox::has_root_rights()) return;
  EXPECT_FALSE(readable_for(role, write(std::string((1U << 20) + 1, 'x'), 0600), copies(), "x"));
}

}  // namespace
}  // namespace localscale::supervisor
