#include "house/inspect.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/layout.hpp"
#include "net/home_ca.hpp"
#include "store/database.hpp"
#include "store/model_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::house {
namespace {

using nlohmann::json;

class Inspect : public testing::Test {
 protected:
  Inspect() {
    config_.state_directory = folder_.path() / "state";
    config_.models.use_ollama_store = false;
    config_.models.use_huggingface_cache = false;
    config_.models.use_llama_cache = false;
  }
  [[nodiscard]] json look() const { return json::parse(inspect(config_, folder_.path())); }
  [[nodiscard]] config::Layout layout() const { return config::Layout(config_); }
  static void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  tests::TemporaryFolder folder_;
  config::Config config_;
};

TEST_F(Inspect, AHomeThatNeverRanHasNothingAndIsLeftUntouched) {
  const json seen = look();
  EXPECT_EQ(seen["models"], 0);
  EXPECT_TRUE(seen["problems"].empty());
  EXPECT_TRUE(seen["orphaned"].empty());
  EXPECT_TRUE(seen["lan_certificate_expires_at_unix"].is_null());
  EXPECT_FALSE(std::filesystem::exists(config_.state_directory));
}

TEST_F(Inspect, FindsDamagedModelsOrphanedBlobsAndUnfinishedPulls) {
  const std::string kept = "sha256-" + std::string(64, 'a');
  const std::string orphan = "sha256-" + std::string(64, 'b');
  const std::string coming = "sha256-" + std::string(64, 'c');
  {
    auto database = store::Database::open(layout().database);
    ASSERT_TRUE(database);
    store::SqliteModelStore names(*database);
    ASSERT_TRUE(
        names.put({"m:latest", {}, 1, {{store::FileRole::model, "sha256:" + std::string(64, 'a'), 4, {}}}}));
  }
  write(layout().blobs / kept, "junk");
  write(layout().blobs / orphan, "left");
  write(layout().blobs / coming, "done");
  write(layout().incoming / (coming + ".journal"), "j");
  const json seen = look();
  ASSERT_EQ(seen["problems"].size(), 1U) << seen;
  EXPECT_EQ(seen["problems"][0]["name"], "m:latest");
  ASSERT_EQ(seen["orphaned"].size(), 1U) << seen;
  EXPECT_EQ(seen["orphaned"][0]["path"], (layout().blobs / orphan).string());
  EXPECT_EQ(seen["unfinished"]["files"], 1);
}

TEST_F(Inspect, SaysWhenTheLanCertificateEnds) {
  constexpr std::int64_t now = 1'800'000'000;
  std::filesystem::create_directories(layout().house / "tls");
  ASSERT_TRUE(net::open_lan_identity(layout().house / "tls", "home", {"home.local"}, now));
  EXPECT_NEAR(look()["lan_certificate_expires_at_unix"].get<double>(), now + 397.0 * 86'400, 2.0 * 86'400);
}

TEST_F(Inspect, SaysWhyTheNamesCannotBeRead) {
  write(layout().database, "this is no database, but it is long enough to be taken for a damaged one");
  const json seen = look();
  EXPECT_TRUE(seen.contains("error"));
  EXPECT_NE(seen["next"], "");
  EXPECT_FALSE(seen.contains("orphaned"));
}

}  // namespace
}  // namespace localscale::house
