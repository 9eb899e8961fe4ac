#include "store/database.hpp"

#include <fstream>
#include <iterator>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "store/integrity.hpp"
#include "store/migrations.hpp"
#include "store/settings.hpp"
#include "store/test_folder.hpp"

namespace localscale::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Error refused(const fs::path& path) {
  const auto database = Database::open(path);
  EXPECT_FALSE(database.has_value());
  return database ? Error{} : database.error();
}

TEST(Database, ANewOneIsMadeForItsOwnerAlone) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database.has_value()) << database.error().message();
  EXPECT_GE(database->schema_version(), 1);
  struct stat info{};
  ASSERT_EQ(stat(folder.database().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_EQ(stat(folder.database().parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  EXPECT_EQ(database->sqlite().execAndGet("PRAGMA synchronous").getInt(), 2);
  EXPECT_EQ(database->sqlite().execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(database->sqlite().execAndGet("PRAGMA foreign_keys").getInt(), 1);
}

TEST(Database, GarbageIsRefusedAndKeptByteForByte) {
  const TestFolder folder;
  fs::create_directories(folder.database().parent_path());
  const std::string garbage = "this is no database, but somebody's notes\n" + std::string(5000, '#');
  std::ofstream(folder.database(), std::ios::binary) << garbage;
  const Error error = refused(folder.database());
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.message(), HasSubstr(folder.database().string()));
  EXPECT_THAT(error.next, HasSubstr("mv '"));
  EXPECT_EQ(bytes_of(folder.database()), garbage);
}

TEST(Database, OneThatLacksItsOwnBooksIsRefusedByNameWithWhatHelps) {
  const TestFolder folder;
  {
    ASSERT_TRUE(Database::open(folder.database()).has_value());
  }
  {
    SQLite::Database other(folder.database().string(), SQLite::OPEN_READWRITE);
    other.exec("DROP TABLE schema_migrations");
  }
  const Error error = refused(folder.database());
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.what, HasSubstr(folder.database().string() + " cannot be used"));
  EXPECT_THAT(error.what, HasSubstr("already exists"));
  EXPECT_THAT(error.next, HasSubstr("mv '"));
}

TEST(Database, DamageInsideIsFoundAfterAnUncleanStop) {
  const TestFolder folder;
  {
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value());
    Settings settings(*database);
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(settings.set("k" + std::to_string(i), std::string(500, 'v')).has_value());
  }
  std::fstream file(folder.database(), std::ios::in | std::ios::out | std::ios::binary);
  for (int page = 2; page < 10; ++page) {
    file.seekp(page * 4096 + 8);
    file << std::string(600, '\xff');
  }
  file.close();
  std::ofstream(folder.database().string() + "-wal") << "left over";
  const Error error = refused(folder.database());
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.next, HasSubstr("mv '"));
}

TEST(Database, OfALargeFileOnlyTheTextsOfConversationsAreLeftUnchecked) {
  const TestFolder folder;
  const auto is_found = [&](const std::string& table, std::uint64_t whole_bytes_max) {
    fs::remove_all(folder.database().parent_path());
    std::int64_t page = 0;
    {
      auto database = Database::open(folder.database());
      page = database->sqlite()
                 .execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'")
                 .getInt64();
    }
    std::fstream file(folder.database(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((page - 1) * 4096);
    file << std::string(600, '\xff');
    file.close();
    SQLite::Database damaged(folder.database().string(), SQLite::OPEN_READWRITE);
    try {
      return !find_damage(damaged, whole_bytes_max).empty();
    } catch (const SQLite::Exception&) {
      return true;
    }
  };
  EXPECT_FALSE(is_found("messages", 0));
  EXPECT_TRUE(is_found("messages", whole_check_bytes_max));
  EXPECT_TRUE(is_found("settings", 0));
  EXPECT_TRUE(is_found("conversations", 0));
}

TEST(Database, AnotherProgramsDatabaseIsLeftAlone) {
  const TestFolder folder;
  fs::create_directories(folder.database().parent_path());
  SQLite::Database(folder.database().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE notes (x)");
  const std::string before = bytes_of(folder.database());
  EXPECT_THAT(refused(folder.database()).message(), HasSubstr("of another program"));
  EXPECT_EQ(bytes_of(folder.database()), before);
}

TEST(Database, ANewerSchemaIsRefusedAndKept) {
  const TestFolder folder;
  {
    auto database = Database::open(folder.database());
    ASSERT_TRUE(database.has_value());
    database->sqlite().exec("INSERT INTO schema_migrations VALUES (9999, 'from_the_future', 0)");
  }
  const std::string before = bytes_of(folder.database());
  const Error error = refused(folder.database());
  EXPECT_EQ(error.code, Errc::conflict);
  EXPECT_THAT(error.message(), HasSubstr("newer Localscale"));
  EXPECT_EQ(bytes_of(folder.database()), before);
}

TEST(Database, BeforeAnUpdateACopyIsKeptForTheProgramBefore) {
  const TestFolder folder;
  fs::create_directories(folder.database().parent_path());
  {
    SQLite::Database older(folder.database().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    older.exec("PRAGMA application_id = 0x4C53434C");
    ASSERT_TRUE(migrate(older, built_in_migrations().first(3)).has_value());
    older.exec("CREATE TABLE precious (x INTEGER)");
  }
  const fs::path copy = folder.database().string() + ".schema-3";
  {
    const auto updated = Database::open(folder.database());
    ASSERT_TRUE(updated.has_value()) << updated.error().message();
    EXPECT_EQ(updated->schema_version(), built_in_migrations().back().number);
  }
  struct stat info{};
  ASSERT_EQ(stat(copy.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  SQLite::Database kept(copy.string(), SQLite::OPEN_READONLY);
  EXPECT_TRUE(kept.tableExists("precious"));
  EXPECT_FALSE(kept.tableExists("api_keys"));
}

TEST(Database, ANewOneNeedsNoCopyAndNeitherDoesOneThatIsUpToDate) {
  const TestFolder folder;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Database::open(folder.database()).has_value());
  for (const auto& entry : fs::directory_iterator(folder.database().parent_path()))
    EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr(".schema-")));
}

TEST(Database, AFolderInItsPlaceIsAClearError) {
  const TestFolder folder;
  fs::create_directories(folder.database());
  EXPECT_THAT(refused(folder.database()).message(), HasSubstr(folder.database().string()));
}

TEST(Database, TextLongerThanSqliteKnowsIsAnErrorNotACrash) {
  const TestFolder folder;
  auto database = Database::open(folder.database());
  ASSERT_TRUE(database.has_value());
  Settings settings(*database);
  EXPECT_TRUE(settings.set("with\0nul", "a\xff\xfe").has_value());
}

}  // namespace
}  // namespace localscale::store
