#include "engine/yardstick.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/gguf.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::engine {
namespace {

TEST(Yardstick, ItsFileIsAModelThatTakesNoDisk) {
  const tests::TemporaryFolder folder;
  const auto model = yardstick_in(folder.path());
  const auto file = YardstickFile::write(folder.path());
  ASSERT_TRUE(file) << file.error().message();
  auto source = FileSource::open(model.model.path);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->size(), model.model.bytes);
  const auto header = read_gguf(*source, "yardstick");
  ASSERT_TRUE(header) << header.error().message();
  const auto facts = model_facts(*header, "yardstick");
  ASSERT_TRUE(facts) << facts.error().message();
  EXPECT_EQ(facts->token_bytes, model.facts.token_bytes);
  struct stat status{};
  ASSERT_EQ(::stat(model.model.path.c_str(), &status), 0);
  EXPECT_LT(status.st_blocks, 64);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST(Yardstick, IsLargeEnoughToTellOfOthers) {
  const auto model = yardstick_in("/nowhere");
  EXPECT_GT(model.facts.token_bytes, 200'000'000U);
  EXPECT_LT(model.facts.token_bytes, 400'000'000U);
  EXPECT_GT(model.facts.token_parameters, 400'000'000U);
}

TEST(Yardstick, ItsFileGoesWithIt) {
  const tests::TemporaryFolder folder;
  {
    auto first = YardstickFile::write(folder.path());
    ASSERT_TRUE(first);
    const YardstickFile moved = std::move(*first);
    EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Yardstick, SaysWhereItCouldNotBeWritten) {
  const auto file = YardstickFile::write("/nowhere/at/all");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message().find("/nowhere/at/all/yardstick.gguf"), std::string::npos);
}

}  // namespace
}  // namespace localscale::engine
