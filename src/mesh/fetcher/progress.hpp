#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace localscale::mesh::fetcher {

/// What a person sees of a pull, in Ollama's words.
struct Status {
  std::string text;    ///< "pulling manifest", "pulling 74701a8c35f6", …
  std::string digest;  ///< Empty where the status concerns no single file.
  std::uint64_t total_bytes = 0;
  std::uint64_t completed_bytes = 0;
  std::uint64_t bytes_per_second = 0;
};

/// Thins a stream of states to at most five a second (a new text and a completed file always pass) and adds
/// the rate, smoothed over about three seconds. Pure: the caller supplies the time.
class ProgressFilter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// The status to send now, if any.
  std::optional<Status> next(Time now, Status status);

 private:
  void measure(Time now, const Status& status);

  std::string text_;
  std::string digest_;
  Time sent_;
  Time measured_;
  std::uint64_t measured_bytes_ = 0;
  double rate_ = 0;
  bool finished_ = false;
};

}  // namespace localscale::mesh::fetcher
