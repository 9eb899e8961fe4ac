#include "supervisor/model_path.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

class ModelPath : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root());
    fs::create_directories(folder_.path() / "other");
    write(root() / "a.gguf");
    write(folder_.path() / "other" / "secret");
  }

  static void write(const fs::path& path) { std::ofstream(path) << "x"; }
  [[nodiscard]] fs::path root() const { return folder_.path() / "models"; }
  [[nodiscard]] Result<CheckedFile> check(const fs::path& path) const {
    return check_model_file(path.string(), {root(), "/nonexistent/root"});
  }

  tests::TemporaryFolder folder_;
};

TEST_F(ModelPath, BelowARootIsTakenWithItsIdentity) {
  const auto file = check(root() / "a.gguf");
  ASSERT_TRUE(file) << file.error().message();
  struct stat found{};
  ::stat((root() / "a.gguf").c_str(), &found);
  EXPECT_EQ(file->identity.inode, found.st_ino);
}

TEST_F(ModelPath, ThroughALinkInsideTheRootsIsTakenResolved) {
  fs::create_symlink("a.gguf", root() / "link.gguf");
  EXPECT_EQ(check(root() / "link.gguf")->path, fs::canonical(root() / "a.gguf"));
}

TEST_F(ModelPath, OutsideIsDeniedHoweverItIsWritten) {
  EXPECT_EQ(check(folder_.path() / "other" / "secret").error().code, Errc::denied);
  EXPECT_EQ(check(root() / "../other/secret").error().code, Errc::denied);
  fs::create_symlink("../other/secret", root() / "out.gguf");
  EXPECT_EQ(check(root() / "out.gguf").error().code, Errc::denied);
  fs::create_directory_symlink("../other", root() / "folder");
  EXPECT_EQ(check(root() / "folder/secret").error().code, Errc::denied);
  const fs::path sibling = folder_.path() / "models-of-others";  // Begins with the root's name.
  fs::create_directories(sibling);
  write(sibling / "a.gguf");
  EXPECT_EQ(check(sibling / "a.gguf").error().code, Errc::denied);
}

TEST_F(ModelPath, ThatIsNoPlainFileIsDenied) {
  EXPECT_EQ(check(root()).error().code, Errc::denied);
  fs::create_directories(root() / "sub");
  EXPECT_EQ(check(root() / "sub").error().code, Errc::denied);
  ASSERT_EQ(::mkfifo((root() / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(check(root() / "fifo").error().code, Errc::denied);
}

TEST_F(ModelPath, MustBeAbsoluteAndExist) {
  EXPECT_EQ(check("a.gguf").error().code, Errc::invalid_argument);
  EXPECT_EQ(check("").error().code, Errc::invalid_argument);
  EXPECT_EQ(check(std::string("/a\0b", 4)).error().code, Errc::invalid_argument);
  EXPECT_EQ(check("/" + std::string(5000, 'x')).error().code, Errc::invalid_argument);
  EXPECT_EQ(check(root() / "none.gguf").error().code, Errc::not_found);
}

TEST_F(ModelPath, OfASplitModelChecksEveryPart) {
  std::vector<std::string> paths;
  for (const char* name : {"part-b", "part-a"}) {
    write(root() / name);
    paths.push_back((root() / name).string());
  }
  const auto parts = check_model_parts(paths, {root()});
  ASSERT_TRUE(parts) << parts.error().message();
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[1].path.filename(), "part-a");
  paths.push_back("/etc/passwd");
  EXPECT_EQ(check_model_parts(paths, {root()}).error().code, Errc::denied);
  paths.assign(129, (root() / "part-a").string());
  EXPECT_EQ(check_model_parts(paths, {root()}).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace localscale::supervisor
