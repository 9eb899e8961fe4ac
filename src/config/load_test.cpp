#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/layout.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::config {
namespace {

namespace fs = std::filesystem;

class LoadTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("HOME", "/home/someone", 1);  // NOLINT(concurrency-mt-unsafe)
  }
  fs::path write(const std::string& text) const {
    std::ofstream(folder / "config.toml") << text;
    return folder / "config.toml";
  }
  tests::TemporaryFolder made;
  fs::path folder = made.path();
};

TEST_F(LoadTest, AMissingFileGivesTheDefaultsWithThisUsersPaths) {
  const auto config = load(folder / "none.toml");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->api, Api{});
  EXPECT_TRUE(config->state_directory.is_absolute());
  EXPECT_TRUE(config->engine.directory.is_absolute());
}

TEST_F(LoadTest, ATildeIsTheHomeFolder) {
  const auto config = load(write("state_directory = \"~/state\"\n[models]\nfolders = [\"~/gguf\", \"~\"]\n"));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->state_directory, "/home/someone/state");
  EXPECT_EQ(config->models.folders.at(0), "/home/someone/gguf");
  EXPECT_EQ(config->models.folders.at(1), "/home/someone");
  EXPECT_EQ(Layout(*config).database, "/home/someone/state/house/localscale.db");
  EXPECT_EQ(Layout(*config).blobs, "/home/someone/state/models/blobs");
}

TEST_F(LoadTest, AFolderInPlaceOfTheFileIsAClearError) {
  const auto config = load(folder);
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().message(), testing::HasSubstr("must be a plain file"));
}

TEST_F(LoadTest, MistakesNameTheFile) {
  const auto config = load(write("[api]\nport = 0\n"));
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().message(), testing::HasSubstr("config.toml:2:"));
}

TEST_F(LoadTest, TheEnvironmentNamesAnotherFile) {
  setenv("LOCALSCALE_CONFIG", "/srv/other.toml", 1);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(default_path(), "/srv/other.toml");
  unsetenv("LOCALSCALE_CONFIG");  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace
}  // namespace localscale::config
