#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_line.hpp"

namespace localscale::gateway {

/// A line of the log as the API tells it.
struct LogEntry {
  std::uint64_t id = 0;
  std::string time;
  std::string level;  ///< "trace", "debug", "info", "warn" or "error".
  std::string process;
  std::string message;
};

/// Which lines somebody wants.
struct LogFilter {
  int least_weight = 0;  ///< log::weight_of
  std::string process;   ///< Empty: of all.
  std::string text;      ///< Looked for in the message, without case (of ASCII letters). Empty: any.

  [[nodiscard]] bool passes(const log::Line& line, std::string_view message) const;
};

/// The newest lines of all processes of the home, in memory. A flood costs the oldest lines; one from another
/// process costs that process's own. One thread.
class LogStore {
 public:
  static constexpr std::size_t lines_max = 10'000;
  static constexpr std::size_t bytes_max = 8U << 20;
  /// Of one other process in ten seconds; more are counted only.
  static constexpr std::size_t passed_on_max = 2'000;

  using Clock = std::chrono::system_clock;

  /// Ids go on growing over starts of the house: the first is made of `started`.
  explicit LogStore(Clock::time_point started = Clock::now());

  /// A line as log::LineWriter makes them; one that is too long is cut.
  void add(std::string_view line);
  /// Lines that another process passed on, and how many before them it could not. What is not a line of its
  /// own log is kept as a warning with its name.
  void add_passed_on(std::string_view process, const std::vector<std::string>& lines, std::uint64_t dropped,
                     Clock::time_point now = Clock::now());

  /// The newest `limit` that pass with an id below `before`, oldest first.
  [[nodiscard]] std::vector<LogEntry> newest(const LogFilter& filter, std::uint64_t before,
                                             std::size_t limit) const;

  struct Next {
    std::vector<LogEntry> entries;
    std::uint64_t seen = 0;    ///< To go on from.
    std::uint64_t missed = 0;  ///< Lines that had left the store already.
  };
  /// What came after the line `since`, at most `limit` lines looked at. A `since` that never was means the
  /// oldest kept.
  [[nodiscard]] Next after(const LogFilter& filter, std::uint64_t since, std::size_t limit) const;

  [[nodiscard]] std::uint64_t last() const { return first_id_ + lines_.size() - 1; }

 private:
  /// How many lines a process passed on since `since`.
  struct Quota {
    Clock::time_point since;
    std::size_t used = 0;
    std::uint64_t dropped = 0;
  };

  void keep(std::string line);
  void tell_dropped(std::string_view process, Quota& quota, Clock::time_point now);

  const std::uint64_t start_id_;
  std::uint64_t first_id_;  ///< Of lines_.front(): ids have no holes.
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  std::map<std::string, Quota, std::less<>> quotas_;
};

}  // namespace localscale::gateway
