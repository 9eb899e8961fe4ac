#include "store/integrity.hpp"

#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace localscale::store {
namespace {

std::uint64_t bytes_of_file(SQLite::Database& database) {
  const auto pages = database.execAndGet("PRAGMA page_count").getInt64();
  return static_cast<std::uint64_t>(pages * database.execAndGet("PRAGMA page_size").getInt64());
}

/// What quick_check takes: "1" is the whole file, to the first problem.
std::vector<std::string> parts_to_check(SQLite::Database& database, std::uint64_t whole_bytes_max) {
  if (bytes_of_file(database) <= whole_bytes_max) return {"1"};
  std::vector<std::string> tables;
  SQLite::Statement rows(database,
                         "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'messages'");
  while (rows.executeStep()) tables.push_back("'" + rows.getColumn(0).getString() + "'");
  return tables;
}

}  // namespace

std::string find_damage(SQLite::Database& database, std::uint64_t whole_bytes_max) {
  for (const std::string& part : parts_to_check(database, whole_bytes_max)) {
    std::string answer = database.execAndGet("PRAGMA quick_check(" + part + ")").getString();
    if (answer != "ok") return answer;
  }
  return {};
}

}  // namespace localscale::store
