#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "engine/fit_report.hpp"
#include "net/http.hpp"

namespace localscale::engine {

/// Tells before a download what a model needs and gives. On the house's executor.
class Advisor {
 public:
  virtual ~Advisor() = default;
  /// Installed models are judged without the network; for others their registry learns the name. Fails as
  /// ModelLookup does.
  virtual net::Task<Result<FitReport>> fit(std::string_view name) = 0;
  /// Models that we know by heart; asks nobody. At most 24, the small ones first.
  virtual std::vector<FitReport> suggestions() = 0;
  /// Measures how fast this machine reads and computes weights, which estimates of speed stand on. Does
  /// nothing where a larger model has told already, or memory is short; else it takes up to ten seconds.
  /// Nothing is kept unless `quiet` still holds at its end: nobody was answered meanwhile.
  virtual net::Task<void> measure_machine(std::function<bool()> quiet) = 0;
};

}  // namespace localscale::engine
