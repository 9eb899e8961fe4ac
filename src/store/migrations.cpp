#include "store/migrations.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/fault.hpp"
#include "store/guarded.hpp"

namespace localscale::store {
namespace {

std::set<int> applied_numbers(SQLite::Database& database) {
  std::set<int> numbers;
  if (!database.tableExists("schema_migrations")) return numbers;
  SQLite::Statement query(database, "SELECT number FROM schema_migrations");
  while (query.executeStep()) numbers.insert(query.getColumn(0).getInt());
  return numbers;
}

void apply(SQLite::Database& database, const Migration& migration) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  database.exec(
      "CREATE TABLE IF NOT EXISTS schema_migrations ("
      "number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_unix_s INTEGER NOT NULL) STRICT");
  database.exec(std::string(migration.sql));
  LS_FAULT("store.migration_before_commit");
  SQLite::Statement note(database, "INSERT INTO schema_migrations VALUES (?, ?, unixepoch())");
  note.bind(1, migration.number);
  note.bind(2, std::string(migration.name));
  note.exec();
  transaction.commit();
}

Result<void> refuse_unknown(const std::set<int>& applied, std::span<const Migration> migrations) {
  const int known = migrations.empty() ? 0 : migrations.back().number;
  for (const int number : applied) {
    if (std::ranges::find(migrations, number, &Migration::number) != migrations.end()) continue;
    return fail(
        Errc::conflict,
        fmt::format(
            "The database was made by a newer Localscale (it has schema step {}, this program knows {}); "
            "nothing was changed.",
            number, known),
        fmt::format(
            "Update this Localscale. Or go back to how things were before the update, if the copy that "
            "it made lies beside the database: stop Localscale and put it (its name ends in "
            ".schema-{}) in the database's place.",
            known));
  }
  return {};
}

}  // namespace

int newest_step(SQLite::Database& database) {
  const auto applied = applied_numbers(database);
  return applied.empty() ? 0 : *applied.rbegin();
}

Result<int> migrate(SQLite::Database& database, std::span<const Migration> migrations) {
  return guarded("Bringing the database up to date", [&]() -> Result<int> {
    const std::set<int> applied = applied_numbers(database);
    if (auto known = refuse_unknown(applied, migrations); !known) return tl::unexpected(known.error());
    for (const Migration& migration : migrations) {
      if (!applied.contains(migration.number)) apply(database, migration);
    }
    return migrations.empty() ? 0 : migrations.back().number;
  });
}

}  // namespace localscale::store
