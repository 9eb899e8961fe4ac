#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace localscale::log {

enum class Format {
  text,  ///< `time level process: message key=value`, for people and journald.
  json,  ///< One JSON object a line.
};

/// A line of the log, taken apart. The views are parts of the line.
struct Line {
  std::string_view time;   ///< RFC 3339, UTC: "2026-11-27T17:42:44.123Z".
  std::string_view level;  ///< "trace", "debug", "info", "warning", "error", "critical".
  std::string_view process;
  std::string_view raw_message;  ///< As it stands in the line.
  bool json = false;             ///< The line is JSON, and the message has its escapes.

  [[nodiscard]] std::string message() const;
};

/// Takes apart a line as `start` makes them, in both formats; nothing for any other text.
std::optional<Line> parse_line(std::string_view line);

/// How much a level weighs: trace 0 to critical 5; nothing for a word that is no level. "warn" is "warning".
std::optional<int> weight_of(std::string_view level);

/// Writes lines of one format. One thread.
class LineWriter {
 public:
  explicit LineWriter(Format format) : format_(format) {}

  /// Appends the line, without an end. The message becomes one printable line, the other words are taken as
  /// they are.
  void append(std::chrono::system_clock::time_point at, std::string_view level, std::string_view process,
              std::string_view message, std::string& out);

 private:
  void append_time(std::chrono::system_clock::time_point at, std::string& out);

  Format format_;
  std::time_t second_ = -1;
  std::string second_text_;  ///< The time up to the second, as many lines have the same.
};

/// A line in the text format.
std::string make_line(std::chrono::system_clock::time_point at, std::string_view level,
                      std::string_view process, std::string_view message);

}  // namespace localscale::log
