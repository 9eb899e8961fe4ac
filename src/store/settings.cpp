#include "store/settings.hpp"

#include <fmt/format.h>

#include "store/guarded.hpp"

namespace localscale::store {
namespace {

constexpr std::size_t max_key_bytes = 200;
constexpr std::size_t max_value_bytes = 64U << 10;

}  // namespace

Result<std::optional<std::string>> Settings::get(std::string_view key) const {
  return guarded("Reading a setting", [&]() -> std::optional<std::string> {
    SQLite::Statement query(database_->sqlite(), "SELECT value FROM settings WHERE key = ?");
    query.bind(1, std::string(key));
    if (!query.executeStep()) return std::nullopt;
    return query.getColumn(0).getString();
  });
}

Result<void> Settings::set(std::string_view key, std::string_view value) {
  if (key.empty() || key.size() > max_key_bytes || value.size() > max_value_bytes) {
    return fail(
        Errc::invalid_argument,
        fmt::format("A setting's key has 1 to {} bytes and its value at most {}; this one has {} and {}.",
                    max_key_bytes, max_value_bytes, key.size(), value.size()));
  }
  return guarded("Saving a setting", [&] {
    SQLite::Statement change(
        database_->sqlite(),
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    change.bind(1, std::string(key));
    change.bind(2, std::string(value));
    change.exec();
  });
}

Result<void> Settings::remove(std::string_view key) {
  return guarded("Removing a setting", [&] {
    SQLite::Statement change(database_->sqlite(), "DELETE FROM settings WHERE key = ?");
    change.bind(1, std::string(key));
    change.exec();
  });
}

}  // namespace localscale::store
