#include "config/config_file.hpp"

#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::config {
namespace {

namespace fs = std::filesystem;

class ConfigFile : public testing::Test {
 protected:
  void write(const std::string& text, mode_t mode = 0640) {
    std::ofstream(file_) << text;
    ::chmod(file_.c_str(), mode);
  }
  [[nodiscard]] std::string text() const { return read_file_text(file_)->text; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

  tests::TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "config.toml";
};

TEST_F(ConfigFile, IsChangedInPlaceWithItsMode) {
  write("# kept\n[api]\nport = 1\n");
  ASSERT_TRUE(change_file(file_, {{"api.port", std::int64_t{80}}}, Asker::page));
  EXPECT_EQ(text(), "# kept\n[api]\nport = 80\n");
  struct stat info{};
  ::stat(file_.c_str(), &info);
  EXPECT_EQ(info.st_mode & 07777U, 0640U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(ConfigFile, KeepsItsOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  write("");
  ASSERT_EQ(::chown(file_.c_str(), 1234, 1235), 0);
  ASSERT_TRUE(change_file(file_, {{"api.port", std::int64_t{80}}}, Asker::page));
  struct stat info{};
  ::stat(file_.c_str(), &info);
  EXPECT_EQ(info.st_uid, 1234U);
  EXPECT_EQ(info.st_gid, 1235U);
}

TEST_F(ConfigFile, IsMadeWithItsFolders) {
  file_ = folder_.path() / "a" / "b" / "config.toml";
  EXPECT_TRUE(can_replace(file_));
  ASSERT_TRUE(change_file(file_, {{"lan.enabled", true}}, Asker::page));
  EXPECT_EQ(text(), "[lan]\nenabled = true\n");
}

TEST_F(ConfigFile, StaysALinkToWhatIsReplaced) {
  const fs::path real = folder_.path() / "real.toml";
  std::ofstream(real) << "[api]\nport = 1\n";
  fs::create_symlink("real.toml", file_);
  ASSERT_TRUE(change_file(file_, {{"api.port", std::int64_t{80}}}, Asker::page));
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_EQ(read_file_text(real)->text, "[api]\nport = 80\n");
  fs::remove(real);
  EXPECT_FALSE(change_file(file_, {{"api.port", std::int64_t{81}}}, Asker::page));
}

TEST_F(ConfigFile, IsNotReplacedWhenItChangedMeanwhile) {
  write("new");
  const auto replaced = replace_file(file_, {true, "old"}, "mine");
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, Errc::conflict);
  EXPECT_EQ(text(), "new");
  EXPECT_EQ(files(), 1U);
}

TEST_F(ConfigFile, IsChangedByOneWriterAtATime) {
  write("");
  std::ofstream(folder_.path() / ".config.toml.new") << "somebody";
  const auto changed = change_file(file_, {{"api.port", std::int64_t{80}}}, Asker::page);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Errc::conflict);
  // What a crash left does not stand in the way for ever.
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  ::utimensat(AT_FDCWD, (folder_.path() / ".config.toml.new").c_str(), old, 0);
  EXPECT_TRUE(change_file(file_, {{"api.port", std::int64_t{80}}}, Asker::page));
  EXPECT_EQ(files(), 1U);
}

TEST_F(ConfigFile, IsNeitherAFolderNorAPipe) {
  fs::create_directory(file_);
  EXPECT_FALSE(read_file_text(file_));
  EXPECT_FALSE(can_replace(file_));
  fs::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_FALSE(read_file_text(file_));
}

}  // namespace
}  // namespace localscale::config
