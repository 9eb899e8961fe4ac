#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace localscale::gateway {

/// "2026-11-23T22:15:00Z"
std::string rfc3339(std::int64_t unix_s);

/// "2026-11-23T22:15:00.123Z"
std::string rfc3339_ms(std::int64_t unix_ms);

/// "2026-11-23T22:15:00.123456789Z"
std::string rfc3339(std::chrono::system_clock::time_point time);

}  // namespace localscale::gateway
