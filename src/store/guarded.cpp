#include "store/guarded.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace localscale::store {

Error error_from(std::string_view doing, const SQLite::Exception& exception) {
  const auto what = [&](std::string_view reason) {
    return fmt::format("{}: {} ({}); nothing was changed.", doing, reason, exception.what());
  };
  switch (exception.getErrorCode()) {
    case SQLITE_FULL:
      return {Errc::exhausted, what("the disk is full"), "Free some space and try again."};
    case SQLITE_IOERR:
      return {Errc::internal, what("the disk did not take or give the bytes"),
              "Check the disk's free space and health, then try again."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::unavailable, what("another process holds the database"),
              "Stop the other program that has the file open, then try again."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {Errc::denied, what("the database may not be written"),
              "Check the owner and mode of the file and its folder."};
    case SQLITE_CANTOPEN:
      return {Errc::denied, what("the database cannot be opened"),
              "Check that its folder exists and may be written."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::corrupt, what("the database is damaged"),
              "Stop Localscale and move the file aside, or restore a backup."};
    case SQLITE_TOOBIG:
      return {Errc::invalid_argument, what("a value is too long"), {}};
    case SQLITE_CONSTRAINT:
      return {Errc::conflict, what("it contradicts what is stored"), {}};
    default:
      return {Errc::internal, what("the database refused"), {}};
  }
}

}  // namespace localscale::store
