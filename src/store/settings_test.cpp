#include "store/settings.hpp"

#include <gtest/gtest.h>

#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

TEST(Settings, WhatIsSetIsReadBackAlsoAfterReopening) {
  const TestFolder folder;
  {
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value()) << database.error().message();
    Settings settings(*database);
    EXPECT_EQ(*settings.get("name"), std::nullopt);
    ASSERT_TRUE(settings.set("name", "first").has_value());
    ASSERT_TRUE(settings.set("name", "second").has_value());
    ASSERT_TRUE(settings.set("gone", "x").has_value());
    ASSERT_TRUE(settings.remove("gone").has_value());
  }
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database.has_value());
  const Settings settings(*database);
  EXPECT_EQ(*settings.get("name"), "second");
  EXPECT_EQ(*settings.get("gone"), std::nullopt);
}

TEST(Settings, KeysAndValuesHaveLimits) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database.has_value());
  Settings settings(*database);
  EXPECT_EQ(settings.set("", "x").error().code, Errc::invalid_argument);
  EXPECT_EQ(settings.set(std::string(201, 'k'), "x").error().code, Errc::invalid_argument);
  EXPECT_EQ(settings.set("k", std::string((64U << 10) + 1, 'v')).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace localscale::store
