#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace localscale::cli {

/// "5 s", "3 min", "2 h 10 min", "4 days". Negative counts as 0.
std::string human_duration(std::int64_t seconds);

/// Seconds since the epoch of an RFC 3339 UTC time ("2026-01-02T03:04:05Z", fractions and offsets allowed); 0
/// if it is none.
std::int64_t unix_time(const std::string& rfc3339);

/// "just now", "5 min ago", "3 days ago".
std::string human_age(std::int64_t then_unix_s, std::int64_t now_unix_s);

/// `text` for a path or query of an URL: all but letters, digits, "-", "_" and "." as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace localscale::cli
