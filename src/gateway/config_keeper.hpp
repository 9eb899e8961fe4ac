#pragma once

#include <vector>

#include "config/changes.hpp"
#include "engine/supervisor_link.hpp"
#include "net/http.hpp"

namespace localscale::gateway {

/// The config file for the endpoints. Implemented by the house; called on its executor.
class ConfigKeeper {
 public:
  virtual ~ConfigKeeper() = default;
  /// The file as it is now.
  virtual net::Task<Result<engine::ConfigText>> read() = 0;
  /// All of the changes or none, checked as a page's; the file afterwards.
  virtual net::Task<Result<engine::ConfigText>> change(std::vector<config::Change> changes) = 0;
  /// What this home goes by, with paths as they were written: its start's config, but for the live keys.
  [[nodiscard]] virtual const config::Config& running() const = 0;
};

}  // namespace localscale::gateway
