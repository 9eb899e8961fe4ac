#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"

namespace localscale::store {

class Database;

/// How far the owner's guided set-up has come.
struct Setup {
  bool done = false;
  std::string step = "name";  ///< The page's own word for where to go on.
  std::string home_name{};    ///< Empty until it was chosen.

  bool operator==(const Setup&) const = default;
};

/// The set-up, so that it goes on in any browser. One thread.
class SetupStore {
 public:
  virtual ~SetupStore() = default;
  [[nodiscard]] virtual const Setup& get() const = 0;
  /// Durable once it returns; what it fails with leaves all as it was.
  virtual Result<void> put(const Setup& setup) = 0;
};

/// Among the settings of the home's database, which outlives it. Reads them once. Fails if they cannot be
/// read.
Result<std::unique_ptr<SetupStore>> open_setup_store(Database& database);

}  // namespace localscale::store
