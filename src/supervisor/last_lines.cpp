#include "supervisor/last_lines.hpp"

namespace localscale::supervisor {

void LastLines::add(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      finish_line();
    } else if (current_.size() < kMaxLineBytes) {
      current_.push_back(c >= 0x20 && c < 0x7f ? c : (c == '\t' ? ' ' : '?'));
    }
  }
}

void LastLines::finish_line() {
  if (!current_.empty()) lines_.push_back(std::move(current_));
  current_.clear();
  if (lines_.size() > kMaxLines) lines_.pop_front();
}

std::vector<std::string> LastLines::lines() const {
  std::vector<std::string> result(lines_.begin(), lines_.end());
  if (!current_.empty()) result.push_back(current_);
  if (result.size() > kMaxLines) result.erase(result.begin());
  return result;
}

}  // namespace localscale::supervisor
