#include "supervisor/state_folders.hpp"

#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/child.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct stat look(const fs::path& path) {
  struct stat found{};
  EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
  return found;
}

class StateFolders : public testing::Test {
 protected:
  StateFolders() {
    config_.state_directory = folder_.path() / "state";
    config_.models.directory = folder_.path() / "papers";
  }

  /// A folder of the owner's with a private file in it.
  static fs::path make_private(const fs::path& folder, mode_t mode) {
    fs::create_directories(folder);
    ::chmod(folder.c_str(), mode);
    std::ofstream(folder / "letter") << "private";
    ::chmod((folder / "letter").c_str(), 0600);
    return folder / "letter";
  }

  [[nodiscard]] config::Layout layout() const { return config::Layout(config_); }

  tests::TemporaryFolder folder_;
  config::Config config_;
  RoleUsers users_;
};

class RootsStateFolders : public StateFolders {
 protected:
  void SetUp() override {
    if (!sandbox::has_root_rights()) GTEST_SKIP() << "needs root";
  }
};

TEST_F(StateFolders, LeaveTheOwnersModelsFolderAndWhatLiesInItAlone) {
  const auto letter = make_private(config_.models.directory, 0751);
  const auto prepared = prepare_state(layout(), users_);
  ASSERT_TRUE(prepared) << prepared.error().message();
  EXPECT_EQ(look(config_.models.directory).st_uid, ::geteuid());
  EXPECT_EQ(look(config_.models.directory).st_mode & 07777, 0751U);
  EXPECT_EQ(look(letter).st_uid, ::geteuid());
  EXPECT_EQ(look(letter).st_mode & 07777, 0600U);
  EXPECT_TRUE(fs::is_directory(layout().incoming));
}

TEST_F(StateFolders, OfTheSystemAreRefusedAlsoThroughLinks) {
  fs::create_directory_symlink("/etc", folder_.path() / "link");
  config_.models.directory = folder_.path() / "link";
  const auto prepared = prepare_state(layout(), users_);
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message(), HasSubstr("[models] directory is /etc"));
  EXPECT_FALSE(fs::exists(config_.state_directory));
}

TEST_F(RootsStateFolders, GiveTheFetcherOnlyWhatTheyMadeAgainAndAgain) {
  for (int i = 0; i < 2; ++i) {
    const auto prepared = prepare_state(layout(), users_);
    ASSERT_TRUE(prepared) << prepared.error().message();
    EXPECT_EQ(look(layout().models).st_uid, 0U);
    for (const fs::path& path : {layout().blobs, layout().incoming}) {
      EXPECT_EQ(look(path).st_uid, users_.fetcher.uid);
      EXPECT_EQ(look(path).st_gid, users_.house.gid);
      EXPECT_EQ(look(path).st_mode & 07777, 02775U);
    }
    EXPECT_EQ(look(layout().house).st_uid, users_.house.uid);
    EXPECT_EQ(look(layout().house).st_mode & 07777, 0700U);
  }
}

TEST_F(RootsStateFolders, KeepAModelsFolderThatIsTheFetchersAlready) {
  fs::create_directories(layout().blobs);
  for (const fs::path& path : {layout().models, layout().blobs})
    ASSERT_EQ(::chown(path.c_str(), users_.fetcher.uid, users_.house.gid), 0);
  std::ofstream(layout().blobs / "sha256-of-root") << "x";
  EXPECT_TRUE(prepare_state(layout(), users_));
  EXPECT_EQ(look(layout().models).st_uid, users_.fetcher.uid);
  EXPECT_EQ(look(layout().blobs / "sha256-of-root").st_uid, 0U);
}

TEST_F(RootsStateFolders, RefuseABlobsOrHouseFolderThatHoldsSomethingElse) {
  for (const fs::path& path : {layout().house, layout().blobs}) {
    const auto letter = make_private(path, 0755);
    const auto prepared = prepare_state(layout(), users_);
    ASSERT_FALSE(prepared);
    EXPECT_THAT(prepared.error().message(), HasSubstr(path.string() + " is there already"));
    EXPECT_THAT(prepared.error().next, HasSubstr("chown -R"));
    EXPECT_EQ(look(path).st_uid, 0U);
    EXPECT_EQ(look(letter).st_uid, 0U);
    fs::remove_all(path);
  }
}

TEST_F(RootsStateFolders, OfAnOrdinaryUserAreRefusedUnchanged) {
  constexpr uid_t somebody = 64301;
  fs::create_directories(config_.state_directory / "house");
  for (const fs::path& path : {config_.state_directory, config_.state_directory / "house"})
    ASSERT_EQ(::chown(path.c_str(), somebody, somebody), 0);
  const auto prepared = prepare_state(layout(), users_);
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message(), HasSubstr("belongs to #64301; run it as #64301"));
  EXPECT_EQ(look(config_.state_directory / "house").st_uid, somebody);
  EXPECT_FALSE(fs::exists(config_.state_directory / "run"));
  EXPECT_FALSE(fs::exists(config_.models.directory));
}

TEST_F(RootsStateFolders, SayHowToOpenAModelsFolderThatLetsNobodyIn) {
  make_private(config_.models.directory, 0700);
  const auto prepared = prepare_state(layout(), users_);
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message(), HasSubstr("chmod o+x"));
  EXPECT_EQ(look(config_.models.directory).st_mode & 07777, 0700U);
}

}  // namespace
}  // namespace localscale::supervisor
