#include "cli/line_splitter.hpp"

namespace localscale::cli {
namespace {

constexpr std::size_t max_line_bytes = 8U << 20;

}  // namespace

bool LineSplitter::emit() {
  if (rest_.ends_with('\r')) rest_.pop_back();
  const std::string complete = std::move(rest_);
  rest_.clear();
  return line_(complete);
}

bool LineSplitter::push(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    rest_ += piece.substr(0, end);
    piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
    const bool complete = end != std::string_view::npos || rest_.size() >= max_line_bytes;
    if (complete && !emit()) return false;
  }
  return true;
}

void LineSplitter::finish() {
  if (!rest_.empty()) emit();
}

}  // namespace localscale::cli
