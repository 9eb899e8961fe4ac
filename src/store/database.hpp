#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace SQLite {
class Database;
}

namespace localscale::store {

/// The home's database: one SQLite file in WAL mode with synchronous=FULL, so that what was acknowledged
/// survives a power cut. Used from one thread. Queries live in the other files of this folder, inside
/// `guarded`.
class Database {
 public:
  /// Opens the file, makes it (and its folder, mode 0700) if it does not exist, and applies the migrations
  /// that it lacks. After an unclean stop the whole file is checked first. Fails without changing anything if
  /// the file is no database, is damaged, belongs to another program, was made by a newer Localscale, or
  /// cannot be written.
  static Result<Database> open(const std::filesystem::path& path);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  [[nodiscard]] SQLite::Database& sqlite() { return *sqlite_; }

  /// The number of the newest applied migration.
  [[nodiscard]] int schema_version() const { return schema_version_; }

 private:
  Database(std::unique_ptr<SQLite::Database> sqlite, int schema_version);

  std::unique_ptr<SQLite::Database> sqlite_;
  int schema_version_ = 0;
};

}  // namespace localscale::store
