#pragma once

#include <cstdint>
#include <functional>

namespace localscale::store {

/// Seconds since 1970, UTC.
std::int64_t unix_now();

/// Where a store takes the time from; tests have one of their own.
using UnixClock = std::function<std::int64_t()>;

}  // namespace localscale::store
