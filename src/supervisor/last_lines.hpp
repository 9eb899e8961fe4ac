#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace localscale::supervisor {

/// Keeps the last 20 lines of a stream, each cut at 300 bytes, with control characters and invalid bytes as
/// '?'.
class LastLines {
 public:
  static constexpr std::size_t kMaxLines = 20;
  static constexpr std::size_t kMaxLineBytes = 300;

  void add(std::string_view bytes);
  /// Oldest first; an unfinished last line is included.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  void finish_line();

  std::deque<std::string> lines_;
  std::string current_;
};

}  // namespace localscale::supervisor
