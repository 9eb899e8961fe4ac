#include "gateway/timestamp.hpp"

#include <ctime>

#include <fmt/format.h>

namespace localscale::gateway {
namespace {

std::string date_and_time(std::int64_t unix_s) {
  const std::time_t time = unix_s;
  std::tm parts{};
  if (gmtime_r(&time, &parts) == nullptr) return "1970-01-01T00:00:00";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

std::string rfc3339(std::int64_t unix_s) {
  return date_and_time(unix_s) + "Z";
}

std::string rfc3339_ms(std::int64_t unix_ms) {
  return date_and_time(unix_ms / 1000) + fmt::format(".{:03}Z", unix_ms % 1000);
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  constexpr std::int64_t second = 1'000'000'000;
  return date_and_time(since / second) + fmt::format(".{:09}Z", since % second);
}

}  // namespace localscale::gateway
