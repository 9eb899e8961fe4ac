#include "base/log_line.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/compile.h>
#include <fmt/format.h>

#include "base/printable.hpp"

namespace localscale::log {
namespace {

constexpr std::size_t time_bytes = std::string_view("2026-11-27T17:42:44.123Z").size();
constexpr std::size_t max_process_bytes = 32;

bool is_time(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.dddZ";
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char f) {
           return f == 'd' ? c >= '0' && c <= '9' : c == f;
         });
}

bool is_process(std::string_view text) {
  return !text.empty() && text.size() <= max_process_bytes &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool is_fine(const Line& line) {
  return is_time(line.time) && weight_of(line.level).has_value() && is_process(line.process);
}

/// Takes `text` up to `end` off its front; false if there is no `end`.
bool take(std::string_view& text, std::string_view end, std::string_view& into) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return false;
  into = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return true;
}

std::optional<Line> parse_text(std::string_view text) {
  Line line;
  if (text.size() < time_bytes || !take(text, " ", line.time) || !take(text, " ", line.level) ||
      !take(text, ": ", line.process))
    return std::nullopt;
  line.raw_message = text;
  if (!is_fine(line)) return std::nullopt;
  return line;
}

std::optional<Line> parse_json(std::string_view text) {
  constexpr std::string_view begin = R"({"time":")";
  constexpr std::string_view end = R"("})";
  Line line;
  line.json = true;
  if (!text.starts_with(begin) || !text.ends_with(end)) return std::nullopt;
  text.remove_prefix(begin.size());
  if (!take(text, R"(","level":")", line.time) || !take(text, R"(","process":")", line.level) ||
      !take(text, R"(","message":")", line.process) || text.size() < end.size())
    return std::nullopt;
  text.remove_suffix(end.size());
  line.raw_message = text;
  if (!is_fine(line)) return std::nullopt;
  return line;
}

}  // namespace

std::string Line::message() const {
  if (!json) return std::string(raw_message);
  std::string out;
  out.reserve(raw_message.size());
  // Each backslash of the text is escaped, so the one before a character is always an escape.
  for (std::size_t i = 0; i < raw_message.size(); ++i) {
    if (raw_message[i] == '\\' && i + 1 < raw_message.size()) ++i;
    out.push_back(raw_message[i]);
  }
  return out;
}

std::optional<Line> parse_line(std::string_view line) {
  return line.starts_with('{') ? parse_json(line) : parse_text(line);
}

std::optional<int> weight_of(std::string_view level) {
  constexpr std::array<std::string_view, 6> levels = {"trace",   "debug", "info",
                                                      "warning", "error", "critical"};
  if (level == "warn") level = "warning";
  const auto* const found = std::ranges::find(levels, level);
  if (found == levels.end()) return std::nullopt;
  return static_cast<int>(found - levels.begin());
}

void LineWriter::append_time(std::chrono::system_clock::time_point at, std::string& out) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  if (seconds != second_) {
    second_ = seconds;
    std::tm utc{};
    ::gmtime_r(&second_, &utc);
    second_text_ = fmt::format("{:%Y-%m-%dT%H:%M:%S}", utc);
  }
  out += second_text_;
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(".{:03}Z"), ms - seconds * 1000);
}

void LineWriter::append(std::chrono::system_clock::time_point at, std::string_view level,
                        std::string_view process, std::string_view message, std::string& out) {
  if (format_ == Format::text) {
    append_time(at, out);
    out.append(" ").append(level).append(" ").append(process).append(": ");
    append_printable_line(message, out);
    return;
  }
  out += R"({"time":")";
  append_time(at, out);
  out.append(R"(","level":")").append(level).append(R"(","process":")").append(process);
  out += R"(","message":")";
  for (const char c : one_printable_line(message)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out += R"("})";
}

std::string make_line(std::chrono::system_clock::time_point at, std::string_view level,
                      std::string_view process, std::string_view message) {
  std::string line;
  LineWriter(Format::text).append(at, level, process, message, line);
  return line;
}

}  // namespace localscale::log
