#pragma once

#include <chrono>
#include <string_view>

#include "base/error.hpp"

namespace localscale::gateway {

/// Parses a duration as Ollama's clients write it: "5m", "1h30m", "300ms", "1.5h", "-1m", "0". A bare number
/// is seconds. Below a second rounds up to one second; negative means for ever and comes back as -1 s. At
/// most 100 years.
Result<std::chrono::seconds> parse_keep_alive(std::string_view text);

/// The same for a JSON number of seconds.
std::chrono::seconds keep_alive_from_seconds(double seconds);

}  // namespace localscale::gateway
