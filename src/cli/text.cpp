#include "cli/text.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include <fmt/format.h>

namespace localscale::cli {

std::string human_duration(std::int64_t seconds) {
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  seconds = std::max<std::int64_t>(seconds, 0);
  if (seconds < minute) return fmt::format("{} s", seconds);
  if (seconds < hour) return fmt::format("{} min", seconds / minute);
  if (seconds < day) return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
  return seconds < 2 * day ? "1 day" : fmt::format("{} days", seconds / day);
}

std::int64_t unix_time(const std::string& rfc3339) {
  tm time{};
  int used = 0;
  if (std::sscanf(rfc3339.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &time.tm_year, &time.tm_mon, &time.tm_mday,
                  &time.tm_hour, &time.tm_min, &time.tm_sec, &used) != 6) {
    return 0;
  }
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  std::size_t at = static_cast<std::size_t>(used);
  if (at < rfc3339.size() && rfc3339[at] == '.') at = rfc3339.find_first_not_of("0123456789", at + 1);
  std::int64_t offset = 0;
  int hours = 0;
  int minutes = 0;
  if (at < rfc3339.size() && std::sscanf(rfc3339.c_str() + at, "%3d:%2d", &hours, &minutes) == 2) {
    offset = hours * 3600 + (rfc3339[at] == '-' ? -minutes : minutes) * 60;
  }
  return timegm(&time) - offset;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string human_age(std::int64_t then_unix_s, std::int64_t now_unix_s) {
  constexpr std::int64_t moment = 60;
  if (then_unix_s <= 0) return "-";
  const std::int64_t age = now_unix_s - then_unix_s;
  return age < moment ? "just now" : human_duration(age) + " ago";
}

}  // namespace localscale::cli
