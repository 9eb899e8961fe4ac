#include "store/tuning_store.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

TEST(TuningStore, KeepsMeasurementsByModelEngineAndFreeCores) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database) << database.error().message();
  SqliteTuningStore store(*database);
  const TuningKey key{"sha256:1", "v1", 4, 3};
  const TuningRecord record{3, false, "q8_0", 128, 140.5, 900.25, 30.5, 42};
  EXPECT_EQ(*store.find(key), std::nullopt);
  ASSERT_TRUE(store.put(key, {}));
  ASSERT_TRUE(store.put(key, record));
  EXPECT_EQ(*store.find(key), record);
  EXPECT_EQ(*store.find({"sha256:1", "v1", 4, 2}), std::nullopt);
  EXPECT_EQ(*store.find({"sha256:1", "v2", 4, 3}), std::nullopt);
}

TEST(TuningStore, GivesTheMeasurementForAsManyFreeCoresElseForTheMost) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database) << database.error().message();
  SqliteTuningStore store(*database);
  const auto rate_for = [&](std::uint32_t free_cores) {
    return store.find_for_any_load({"sha256:1", "v1", 4, free_cores})->value_or(TuningRecord{}).answer_rate;
  };
  EXPECT_EQ(rate_for(4), 0);
  for (const std::uint32_t free_cores : {2U, 3U, 1U}) {
    TuningRecord record;
    record.answer_rate = free_cores;
    ASSERT_TRUE(store.put({"sha256:1", "v1", 4, free_cores}, record));
  }
  EXPECT_EQ(rate_for(1), 1);
  EXPECT_EQ(rate_for(4), 3);
}

}  // namespace
}  // namespace localscale::store
