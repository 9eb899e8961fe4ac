#include "store/database.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "store/guarded.hpp"
#include "store/integrity.hpp"
#include "store/migrations.hpp"

namespace localscale::store {
namespace {

namespace fs = std::filesystem;

constexpr int busy_timeout_ms = 5'000;
constexpr int application_id = 0x4C53434C;  // "LSCL", in the header of every database of ours

std::string move_aside(const fs::path& path) {
  return fmt::format(
      "Restore a backup of it, or start afresh: stop Localscale, then run mv '{0}' '{0}.damaged' (and the "
      "same for "
      "'{0}-wal' if it is there). Models are kept; conversations stay in the file moved aside, and keys for "
      "other devices must be made anew.",
      path.string());
}

tl::unexpected<Error> damaged(const fs::path& path, std::string_view reason) {
  return fail(
      Errc::corrupt,
      fmt::format("The database {} cannot be used: {}. Nothing in it was changed.", path.string(), reason),
      move_aside(path));
}

/// Makes folder and file with modes that keep other users out, and finds out whether it may be written.
Result<void> prepare_file(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path.parent_path(), error)) {
    fs::create_directories(path.parent_path(), error);
    if (error)
      return fail_errno(fmt::format("Making the folder {}", path.parent_path().string()), error.value());
    fs::permissions(path.parent_path(), fs::perms::owner_all, error);
  }
  const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) {
    auto failed = fail_errno(fmt::format("Opening the database {} for writing", path.string()), errno);
    failed.value().next =
        "Check the owner and mode of the file and its folder; Localscale must be able to write both.";
    return failed;
  }
  struct stat info{};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return damaged(path, "it is not a plain file");
  return {};
}

/// A write-ahead log that is left over means that the last process did not close the database.
bool was_stopped_uncleanly(const fs::path& path) {
  std::error_code error;
  const auto bytes = fs::file_size(path.string() + "-wal", error);
  return !error && bytes > 0;
}

Result<void> check_owner(SQLite::Database& database, const fs::path& path) {
  const int id = database.execAndGet("PRAGMA application_id").getInt();
  const int tables = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
  if (id == application_id) return {};
  if (id == 0 && tables == 0) return {};
  return fail(Errc::conflict,
              fmt::format("{} is a database of another program; nothing in it was changed.", path.string()),
              "Set state_directory to a folder of Localscale's own, or move that file away.");
}

Result<void> check_integrity(SQLite::Database& database, const fs::path& path) {
  spdlog::info("database: the last stop was not clean; checking the file");
  const std::string damage = find_damage(database);
  if (!damage.empty()) return damaged(path, fmt::format("it is damaged ({})", damage));
  return {};
}

void set_pragmas(SQLite::Database& database) {
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA secure_delete = ON");  // what a person removes is gone
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA cache_size = -512");  // KiB: a home's tables are small
  database.exec("PRAGMA journal_size_limit = 4194304");
}

/// A database that is to be changed for this program is copied first, so that the one before can have its own
/// back.
Result<void> keep_former(SQLite::Database& database, const fs::path& path) {
  const int step = newest_step(database);
  if (step == 0 || step >= built_in_migrations().back().number) return {};
  const fs::path copy = fmt::format("{}.schema-{}", path.string(), step);
  const fs::path unfinished = copy.string() + ".new";
  const auto failed = [&](int error) {
    return fail_errno(fmt::format("Copying the database to {} before its update", copy.string()), error);
  };
  // SQLite writes into an empty file; made here, it is the owner's alone from the first byte on.
  const UniqueFd file(::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return failed(errno);
  SQLite::Statement into(database, "VACUUM INTO ?");
  into.bind(1, unfinished.string());
  into.exec();
  if (::fsync(file.get()) != 0 || ::rename(unfinished.c_str(), copy.c_str()) != 0) return failed(errno);
  spdlog::info("database: kept a copy of schema {} at {}", step, copy.string());
  return {};
}

Result<int> set_up(SQLite::Database& database, const fs::path& path, bool unclean) {
  if (auto ours = check_owner(database, path); !ours) return tl::unexpected(ours.error());
  if (unclean) {
    if (auto whole = check_integrity(database, path); !whole) return tl::unexpected(whole.error());
  }
  set_pragmas(database);
  // Before the first table, so that a file that a crash leaves with tables is known as ours.
  if (database.execAndGet("PRAGMA application_id").getInt() != application_id) {
    database.exec(fmt::format("PRAGMA application_id = {}", application_id));
  }
  if (auto kept = keep_former(database, path); !kept) return tl::unexpected(kept.error());
  return migrate(database, built_in_migrations());
}

}  // namespace

Database::Database(std::unique_ptr<SQLite::Database> sqlite, int schema_version)
    : sqlite_(std::move(sqlite)), schema_version_(schema_version) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const fs::path& path) {
  if (auto prepared = prepare_file(path); !prepared) return tl::unexpected(prepared.error());
  const bool unclean = was_stopped_uncleanly(path);
  auto opened = guarded(fmt::format("Opening the database {}", path.string()), [&]() -> Result<Database> {
    auto sqlite = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READWRITE, busy_timeout_ms);
    const auto version = set_up(*sqlite, path, unclean);
    if (!version) return tl::unexpected(version.error());
    return Database(std::move(sqlite), *version);
  });
  if (!opened && opened.error().code == Errc::corrupt &&
      opened.error().next.find("mv '") == std::string::npos) {
    return damaged(path, "it is damaged or no database (" + opened.error().what + ")");
  }
  if (!opened && opened.error().next.empty())
    return damaged(path, "it is not as Localscale left it (" + opened.error().what + ")");
  return opened;
}

}  // namespace localscale::store
