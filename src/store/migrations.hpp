#pragma once

#include <span>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/error.hpp"

namespace localscale::store {

/// One step of the schema: the file migrations/NNNN_name.sql, built into the program.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

/// All migrations, by rising number.
std::span<const Migration> built_in_migrations();

/// The newest step that the database has; 0 for an empty one.
int newest_step(SQLite::Database& database);

/// Applies those of `migrations` that the database lacks, each in a transaction of its own, and gives the
/// number of the newest. Fails with `conflict`, changing nothing, if the database has one that is not in
/// `migrations`.
Result<int> migrate(SQLite::Database& database, std::span<const Migration> migrations);

}  // namespace localscale::store
