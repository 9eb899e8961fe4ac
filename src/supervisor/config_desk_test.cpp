#include "supervisor/config_desk.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "config/config_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::supervisor {
namespace {

class ConfigDeskTest : public testing::Test {
 protected:
  Result<void> change(const std::string& path, const std::function<void(wire::ConfigChange&)>& fill) {
    wire::ChangeConfig request;
    request.add_changes()->set_path(path);
    fill(*request.mutable_changes(0));
    return desk_.change(request, now_);
  }
  [[nodiscard]] std::string text() const { return config::read_file_text(file_)->text; }

  tests::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "config.toml";
  ConfigDesk desk_{file_};
  std::chrono::steady_clock::time_point now_;
};

TEST_F(ConfigDeskTest, ChangesEveryKindOfValue) {
  std::ofstream(file_) << "# kept\n";
  ASSERT_TRUE(change("api.port", [](auto& it) { it.set_whole(80); }));
  ASSERT_TRUE(change("lan.enabled", [](auto& it) { it.set_flag(true); }));
  ASSERT_TRUE(change("lan.names", [](auto& it) { it.mutable_list()->add_items("a.example"); }));
  ASSERT_TRUE(change("log.level", [](auto& it) { it.set_text("warn"); }));
  ASSERT_TRUE(change("api.port", [](auto&) {}));
  EXPECT_EQ(text(),
            "# kept\n\n[api]\n\n[lan]\nenabled = true\nnames = [\"a.example\"]\n\n[log]\nlevel = \"warn\"\n");
}

TEST_F(ConfigDeskTest, DoesNotTrustTheHouse) {
  std::ofstream(file_) << "# kept\n";
  for (const std::string path : {"state_directory", "engine.directory", "models.directory"}) {
    EXPECT_FALSE(change(path, [](auto& it) { it.set_text("/root/evil"); })) << path;
  }
  for (const std::string path : {"api.allowed_hosts", "api.allowed_origins", "models.folders"}) {
    EXPECT_FALSE(change(path, [](auto& it) { it.mutable_list()->add_items("https://evil.example"); }))
        << path;
    EXPECT_FALSE(change(path, [](auto&) {})) << path;
  }
  EXPECT_FALSE(change("fetcher.registries", [](auto& it) { it.set_text("x"); }));
  EXPECT_FALSE(change("api.port = 1\n[engine]\ndirectory", [](auto& it) { it.set_text("/x"); }));
  EXPECT_FALSE(
      change("models.default_model", [](auto& it) { it.set_text("a\"\n[engine]\ndirectory=\"/x"); }));
  EXPECT_FALSE(change("api.port", [](auto& it) { it.set_whole(-1); }));
  EXPECT_FALSE(change("api.port", [](auto& it) { it.set_text("80"); }));
  EXPECT_EQ(text(), "# kept\n");
}

TEST_F(ConfigDeskTest, NoticesWhoeverChangesTheFile) {
  EXPECT_FALSE(desk_.has_changed());
  std::ofstream(file_) << "# kept\n";
  EXPECT_TRUE(desk_.has_changed());
  EXPECT_FALSE(desk_.has_changed());
  ASSERT_TRUE(change("log.level", [](auto& it) { it.set_text("warn"); }));
  EXPECT_TRUE(desk_.has_changed());
  std::filesystem::remove(file_);
  EXPECT_TRUE(desk_.has_changed());
  EXPECT_FALSE(desk_.has_changed());
}

TEST_F(ConfigDeskTest, WritesSoOftenAndNoMore) {
  const auto set = [&] { return change("api.port", [](auto& it) { it.set_whole(80); }); };
  for (std::size_t i = 0; i < ConfigDesk::max_changes; ++i) ASSERT_TRUE(set());
  EXPECT_EQ(set().error().code, Errc::exhausted);
  now_ += std::chrono::seconds(11);
  EXPECT_TRUE(set());
}

TEST_F(ConfigDeskTest, ShowsTheFileForReading) {
  EXPECT_FALSE(desk_.show().second);
  std::ofstream(file_) << "# mine\n";
  const auto [shown, fd] = desk_.show();
  EXPECT_TRUE(shown.writable());
  EXPECT_EQ(shown.path(), file_.string());
  char buffer[16];
  EXPECT_EQ(::read(fd.get(), buffer, sizeof buffer), 7);
  EXPECT_LT(::write(fd.get(), "x", 1), 0);
}

}  // namespace
}  // namespace localscale::supervisor
