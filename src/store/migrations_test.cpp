#include "store/migrations.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::store {
namespace {

constexpr Migration first{1, "first", "CREATE TABLE a (x INTEGER) STRICT;"};
constexpr Migration second{2, "second", "CREATE TABLE b (x INTEGER) STRICT;"};
constexpr Migration third{3, "third", "CREATE TABLE c (x INTEGER) STRICT;"};
constexpr Migration broken{4, "broken",
                           "CREATE TABLE d (x INTEGER) STRICT; CREATE TABLE d (x INTEGER) STRICT;"};

SQLite::Database memory() {
  return {":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
}

TEST(Migrations, TheBuiltInOnesRiseAndApplyTwiceWithoutHarm) {
  auto database = memory();
  int last = 0;
  for (const Migration& migration : built_in_migrations()) {
    EXPECT_GT(migration.number, last);
    last = migration.number;
  }
  EXPECT_EQ(*migrate(database, built_in_migrations()), last);
  EXPECT_EQ(*migrate(database, built_in_migrations()), last);
}

TEST(Migrations, OneThatArrivesLateIsStillApplied) {
  auto database = memory();
  ASSERT_TRUE(migrate(database, std::array{first, third}).has_value());
  ASSERT_TRUE(migrate(database, std::array{first, second, third}).has_value());
  EXPECT_TRUE(database.tableExists("b"));
}

TEST(Migrations, ANewerSchemaIsRefusedUntouched) {
  auto database = memory();
  ASSERT_TRUE(migrate(database, std::array{first, second, third}).has_value());
  const auto result = migrate(database, std::array{first, second});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Errc::conflict);
  EXPECT_THAT(result.error().message(), testing::HasSubstr("made by a newer Localscale"));
  EXPECT_THAT(result.error().message(), testing::HasSubstr("nothing was changed"));
}

TEST(Migrations, AFailingStepLeavesNothingBehind) {
  auto database = memory();
  ASSERT_TRUE(migrate(database, std::array{first}).has_value());
  EXPECT_FALSE(migrate(database, std::array{first, broken}).has_value());
  EXPECT_FALSE(database.tableExists("d"));
  EXPECT_EQ(database.execAndGet("SELECT max(number) FROM schema_migrations").getInt(), 1);
}

}  // namespace
}  // namespace localscale::store
