#pragma once

#include <cstdint>
#include <string>

namespace SQLite {
class Database;
}

namespace localscale::store {

/// Up to this size the whole file is checked after an unclean stop.
inline constexpr std::uint64_t whole_check_bytes_max = 256'000'000;

/// What is damaged in a database; empty if nothing is. Of a file larger than `whole_bytes_max` all tables but
/// the texts of conversations are checked, which would take minutes to read from a slow disk: damage there
/// is found, and told, where it is read. Throws SQLite's exceptions.
std::string find_damage(SQLite::Database& database, std::uint64_t whole_bytes_max = whole_check_bytes_max);

}  // namespace localscale::store
