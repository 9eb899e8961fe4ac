#pragma once

#include <string>
#include <string_view>

#include "gateway/metrics.hpp"

namespace localscale::gateway {

/// Finds the token counts in an answer that is passed on, without parsing the rest of it: engines name them
/// in `usage` (all APIs) or, in streams that did not ask for that, in `timings`. Both are looked for as text:
/// in JSON a quote inside of a string is escaped, so a match is a member.
class UsageReader {
 public:
  /// Whole events, or a whole body: nothing is kept.
  void read(std::string_view whole);
  /// The next part of a body that is cut anywhere; an empty one is its end, where the last bytes are read.
  void read_part(std::string_view part);

  /// Zeros if the answer has named none (so far).
  [[nodiscard]] TokenCount tokens() const { return has_usage_ ? usage_ : timings_; }

 private:
  void take_usage(std::string_view object);
  void take_timings(std::string_view object);

  bool has_usage_ = false;
  TokenCount usage_;
  TokenCount timings_;  ///< Added up: each of several choices has its own.
  std::string tail_;
};

/// The counts at the end of a whole body.
TokenCount usage_of(std::string_view body);

}  // namespace localscale::gateway
