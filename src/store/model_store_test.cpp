#include "store/model_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

TEST(ModelStore, KeepsNamesAndFilesOverReopening) {
  const TestFolder folder;
  const NamedModel model{"a:latest",
                         "sha256:m",
                         42,
                         {{FileRole::model, "sha256:1", 7, {}}, {FileRole::projector, {}, 9, "/x/p.gguf"}}};
  {
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database) << database.error().message();
    SqliteModelStore store(*database);
    ASSERT_TRUE(store.put(model));
    ASSERT_TRUE(store.put({"b:latest", {}, 1, {}}));
  }
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database);
  SqliteModelStore store(*database);
  const auto names = store.list();
  ASSERT_TRUE(names);
  ASSERT_EQ(names->size(), 2U);
  EXPECT_EQ((*names)[0].manifest_digest, "sha256:m");
  ASSERT_EQ((*names)[0].files.size(), 2U);
  EXPECT_EQ((*names)[0].files[1].role, FileRole::projector);
  EXPECT_EQ((*names)[0].files[1].path, "/x/p.gguf");
  EXPECT_TRUE((*names)[1].files.empty());
}

TEST(ModelStore, PutReplacesAndEraseTakesTheFilesAlong) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database);
  SqliteModelStore store(*database);
  ASSERT_TRUE(store.put(
      {"a:latest", {}, 1, {{FileRole::model, "sha256:1", 7, {}}, {FileRole::license, "sha256:2", 7, {}}}}));
  ASSERT_TRUE(store.put({"a:latest", {}, 2, {{FileRole::model, "sha256:3", 7, {}}}}));
  ASSERT_EQ(store.list()->size(), 1U);
  EXPECT_EQ(store.list()->front().files.size(), 1U);
  ASSERT_TRUE(store.erase("a:latest"));
  EXPECT_EQ(store.erase("a:latest").error().code, Errc::not_found);
  EXPECT_EQ(database->sqlite().execAndGet("SELECT count(*) FROM model_files").getInt(), 0);
}

TEST(ModelStore, RefusesNamesOutOfBounds) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database);
  SqliteModelStore store(*database);
  EXPECT_EQ(store.put({"", {}, 1, {}}).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace localscale::store
