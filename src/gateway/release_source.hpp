#pragma once

#include <string>

#include "base/error.hpp"
#include "net/http.hpp"

namespace localscale::gateway {

/// Where the home hears of newer releases. Called on the house's executor.
class ReleaseSource {
 public:
  virtual ~ReleaseSource() = default;
  /// The release file at the config's `update.url` as its server sent it, at most 32 KiB. Fails with
  /// unsupported where the config names none.
  virtual net::Task<Result<std::string>> release_file() = 0;
};

}  // namespace localscale::gateway
