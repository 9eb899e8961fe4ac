#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace localscale {

/// Lines of the log on their way to another process. Keeps the oldest few and counts what is too much: a
/// flood costs lines, never memory or time. For one thread.
class LineQueue {
 public:
  static constexpr std::size_t lines_max = 1000;
  static constexpr std::size_t line_bytes_max = 2048;  ///< A longer line is cut.
  static constexpr std::size_t batch_lines_max = 256;
  static constexpr std::size_t batch_bytes_max = 32U << 10;

  struct Batch {
    std::vector<std::string> lines;
    std::uint64_t dropped = 0;  ///< Before these lines.
  };

  void add(std::string_view line) {
    if (lines_.size() >= lines_max) {
      ++dropped_;
      return;
    }
    lines_.emplace_back(cut(line));
  }

  [[nodiscard]] bool empty() const { return lines_.empty() && dropped_ == 0; }

  /// The next lines. What was dropped came after all that waited then, so it is told once they are gone.
  Batch take() {
    Batch batch;
    if (lines_.empty()) {
      batch.dropped = dropped_;
      dropped_ = 0;
    }
    for (std::size_t bytes = 0; !lines_.empty() && batch.lines.size() < batch_lines_max;) {
      bytes += lines_.front().size();
      if (bytes > batch_bytes_max) break;
      batch.lines.push_back(std::move(lines_.front()));
      lines_.pop_front();
    }
    return batch;
  }

  /// `line` with at most line_bytes_max bytes, ending with a whole character and a sign that there was more.
  static std::string cut(std::string_view line) {
    if (line.size() <= line_bytes_max) return std::string(line);
    constexpr std::string_view more = "…";
    return std::string(whole_characters(line, line_bytes_max - more.size())).append(more);
  }

 private:
  std::deque<std::string> lines_;
  std::uint64_t dropped_ = 0;
};

}  // namespace localscale
