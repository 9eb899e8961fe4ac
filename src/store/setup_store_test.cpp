#include "store/setup_store.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

using State = Setup;  // a test class has a member named Setup

TEST(SetupStore, BeginsUnnamedAndIsReadBackAfterReopening) {
  const TestFolder folder;
  const State named{true, "chat", "Birch Street 7"};
  {
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value()) << database.error().message();
    auto store = open_setup_store(*database);
    EXPECT_EQ((*store)->get(), State{});
    ASSERT_TRUE((*store)->put(named).has_value());
    EXPECT_EQ((*store)->get(), named);
  }
  auto database = Database::open(folder.database());
  EXPECT_EQ((*open_setup_store(*database))->get(), named);
}

TEST(SetupStore, KeepsTheFormerWhereTheNewOneCannotBeSaved) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  auto store = open_setup_store(*database);
  ASSERT_TRUE((*store)->put({false, "measure", "A"}).has_value());
  EXPECT_FALSE((*store)->put({true, std::string(100'000, 'x'), "B"}).has_value());
  EXPECT_EQ((*store)->get(), (State{false, "measure", "A"}));
  EXPECT_EQ((*open_setup_store(*database))->get(), (State{false, "measure", "A"}));
}

}  // namespace
}  // namespace localscale::store
