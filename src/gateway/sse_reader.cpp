#include "gateway/sse_reader.hpp"

#include <utility>

namespace localscale::gateway {

void SseReader::feed(std::string_view piece) {
  if (read_ > 0) {
    buffer_.erase(0, read_);
    read_ = 0;
  }
  if (buffer_.size() + event_.data.size() + piece.size() > event_bytes_max) {
    broken_ = true;
    return;
  }
  buffer_ += piece;
}

std::optional<std::string_view> SseReader::next_line() {
  const std::size_t end = buffer_.find('\n', read_);
  if (end == std::string::npos) return std::nullopt;
  std::string_view line = std::string_view(buffer_).substr(read_, end - read_);
  read_ = end + 1;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<SseReader::Event> SseReader::next() {
  while (const auto line = next_line()) {
    if (line->empty()) {
      if (!has_data_) {
        event_ = {};
        continue;
      }
      has_data_ = false;
      return std::exchange(event_, {});
    }
    const std::size_t colon = line->find(':');
    const std::string_view field = line->substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view{} : line->substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
      if (has_data_) event_.data += '\n';
      event_.data += value;
      has_data_ = true;
    } else if (field == "event") {
      event_.name = value;
    }
  }
  return std::nullopt;
}

std::string_view SseAligner::align(std::string_view piece) {
  if (held_.empty() && piece.ends_with("\n\n")) return piece;
  held_ += piece;
  const std::size_t border = held_.rfind("\n\n");
  if (border == std::string::npos && held_.size() <= held_bytes_max) return {};
  const std::size_t length = border == std::string::npos ? held_.size() : border + 2;
  out_.assign(held_, 0, length);
  held_.erase(0, length);
  return out_;
}

}  // namespace localscale::gateway
