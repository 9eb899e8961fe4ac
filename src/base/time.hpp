#pragma once

#include <compare>
#include <cstdint>

namespace localscale {

/// A point in time: milliseconds since 1970-01-01 UTC.
struct UnixMs {
  std::int64_t ms = 0;
  auto operator<=>(const UnixMs&) const = default;
};

}  // namespace localscale
