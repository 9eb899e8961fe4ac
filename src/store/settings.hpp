#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/database.hpp"

namespace localscale::store {

/// Small named texts that outlive the process, e.g. what a measurement found. Keys have at most 200 bytes,
/// values 64 KiB.
class Settings {
 public:
  explicit Settings(Database& database) : database_(&database) {}

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const;
  /// Durable once it returns.
  Result<void> set(std::string_view key, std::string_view value);
  /// Removing what is not there is fine.
  Result<void> remove(std::string_view key);

 private:
  Database* database_;
};

}  // namespace localscale::store
