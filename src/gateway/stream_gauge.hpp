#pragma once

#include "gateway/metrics.hpp"

namespace localscale::gateway {

/// Counts one open stream for as long as it lives.
class StreamGauge {
 public:
  explicit StreamGauge(Metrics& metrics) : metrics_(metrics) { metrics_.stream_opened(); }
  ~StreamGauge() { metrics_.stream_closed(); }
  StreamGauge(const StreamGauge&) = delete;
  StreamGauge& operator=(const StreamGauge&) = delete;

 private:
  Metrics& metrics_;
};

}  // namespace localscale::gateway
