#include "store/measurement_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

Measurement of(std::string model, std::optional<double> watts = std::nullopt) {
  return {0, 1'700'000'000, std::move(model), 17.5, 88.25, 8, watts};
}

TEST(MeasurementStore, KeepsThemNewestLastAlsoAfterReopening) {
  const TestFolder folder;
  {
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value()) << database.error().message();
    SqliteMeasurementStore store(*database);
    EXPECT_EQ(*store.newest(), std::nullopt);
    EXPECT_EQ(*store.add(of("a", 41.5)), 1);
    EXPECT_EQ(*store.add(of("b")), 2);
  }
  auto database = Database::open(folder.database());
  const SqliteMeasurementStore store(*database);
  auto first = of("a", 41.5);
  first.id = 1;
  auto second = of("b");
  second.id = 2;
  EXPECT_EQ(*store.list(), (std::vector{first, second}));
  EXPECT_EQ(*store.newest(), second);
}

TEST(MeasurementStore, ForgetsTheOldestPastItsLimit) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  SqliteMeasurementStore store(*database);
  database->sqlite().exec("PRAGMA synchronous = OFF");
  for (std::size_t i = 0; i < MeasurementStore::measurements_max + 3; ++i) ASSERT_TRUE(store.add(of("m")));
  const auto all = store.list();
  EXPECT_EQ(all->size(), MeasurementStore::measurements_max);
  EXPECT_EQ(all->front().id, 4);
}

}  // namespace
}  // namespace localscale::store
