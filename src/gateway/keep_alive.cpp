#include "gateway/keep_alive.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace localscale::gateway {
namespace {

constexpr double seconds_max = 100.0 * 365 * 24 * 3600;

constexpr std::array<std::pair<std::string_view, double>, 8> units{{{"ns", 1e-9},
                                                                    {"us", 1e-6},
                                                                    {"µs", 1e-6},
                                                                    {"μs", 1e-6},
                                                                    {"ms", 1e-3},
                                                                    {"s", 1.0},
                                                                    {"m", 60.0},
                                                                    {"h", 3600.0}}};

tl::unexpected<Error> bad_duration(std::string_view text) {
  return fail(
      Errc::invalid_argument, "keep_alive \"" + std::string(text.substr(0, 40)) + "\" is not a duration.",
      "Write for example \"5m\", \"1h30m\", 300 (seconds), 0 to unload at once or -1 to keep for ever.");
}

/// A decimal number without sign or exponent at the front of `rest`, cut off it; negative if there is none.
double take_number(std::string_view& rest) {
  const std::size_t length = std::min(rest.find_first_not_of("0123456789."), rest.size());
  double value = -1;
  const auto [end, problem] =
      std::from_chars(rest.data(), rest.data() + length, value, std::chars_format::fixed);
  if (problem != std::errc{} || end != rest.data() + length) return -1;
  rest.remove_prefix(length);
  return value;
}

/// The length in seconds of the unit at the front of `rest`, cut off it; zero if there is none.
double take_unit(std::string_view& rest) {
  const std::size_t length = std::min(rest.find_first_of("0123456789."), rest.size());
  const std::string_view word = rest.substr(0, length);
  for (const auto& [unit, seconds] : units) {
    if (word == unit) {
      rest.remove_prefix(length);
      return seconds;
    }
  }
  return 0;
}

}  // namespace

std::chrono::seconds keep_alive_from_seconds(double seconds) {
  if (!(seconds >= 0)) return std::chrono::seconds(-1);
  return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(std::min(seconds, seconds_max))));
}

Result<std::chrono::seconds> parse_keep_alive(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || text.size() > 64) return bad_duration(text);
  double total = 0;
  bool first = true;
  while (!rest.empty()) {
    const double number = take_number(rest);
    if (number < 0) return bad_duration(text);
    const bool bare = first && rest.empty();
    const double unit = bare ? 1.0 : take_unit(rest);
    if (unit <= 0) return bad_duration(text);
    total += number * unit;
    first = false;
  }
  return keep_alive_from_seconds(negative ? -1.0 : total);
}

}  // namespace localscale::gateway
