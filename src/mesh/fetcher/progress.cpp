#include "mesh/fetcher/progress.hpp"

#include <cmath>
#include <utility>

namespace localscale::mesh::fetcher {
namespace {

constexpr std::chrono::milliseconds min_interval{200};
constexpr double smoothing_seconds = 3;

}  // namespace

void ProgressFilter::measure(Time now, const Status& status) {
  const auto seconds = std::chrono::duration<double>(now - measured_).count();
  if (seconds <= 0) return;
  const auto bytes = status.completed_bytes - std::min(status.completed_bytes, measured_bytes_);
  const auto current = static_cast<double>(bytes) / seconds;
  const auto weight = rate_ == 0 ? 1.0 : 1 - std::exp(-seconds / smoothing_seconds);
  rate_ += weight * (current - rate_);
  measured_ = now;
  measured_bytes_ = status.completed_bytes;
}

std::optional<Status> ProgressFilter::next(Time now, Status status) {
  const bool fresh = status.text != text_ || status.digest != digest_;
  const bool finished = status.total_bytes > 0 && status.completed_bytes >= status.total_bytes;
  if (fresh) {
    text_ = status.text;
    digest_ = status.digest;
    measured_ = now;
    measured_bytes_ = status.completed_bytes;
    rate_ = 0;
    finished_ = false;
  } else if (now - sent_ < min_interval && !(finished && !finished_)) {
    return std::nullopt;
  }
  if (!fresh) measure(now, status);
  if (!fresh && finished && finished_) return std::nullopt;
  finished_ = finished;
  sent_ = now;
  status.bytes_per_second = static_cast<std::uint64_t>(rate_);
  return status;
}

}  // namespace localscale::mesh::fetcher
