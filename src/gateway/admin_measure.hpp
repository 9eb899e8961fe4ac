#pragma once

#include <memory>

#include "gateway/line_stream.hpp"
#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// How fast models are on this machine: POST measure, GET measurements.
class AdminMeasure {
 public:
  explicit AdminMeasure(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> measure(Call& call);
  net::Task<void> list(Call& call);

  /// Measures the leased model; answers with a line for each step.
  net::Task<void> run(Call& call, LineStream& lines, engine::Lease& lease);
  net::Task<void> keep(Call& call, LineStream& lines, store::Measurement measurement);
  net::Task<void> engine_failed(Call& call, engine::Lease& lease, Error error);
  [[nodiscard]] bool others_are_served() const;

  Services& services_;
  std::shared_ptr<bool> measuring_ = std::make_shared<bool>(false);
};

}  // namespace localscale::gateway
