#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace localscale::gateway {

/// Takes an event stream in pieces of any size and gives back whole events. Keeps at most `event_bytes_max`
/// of an unfinished one; a longer event ends the stream as broken.
class SseReader {
 public:
  static constexpr std::size_t event_bytes_max = std::size_t{4} << 20;

  struct Event {
    std::string name;  ///< The `event:` field; empty for most APIs.
    std::string data;  ///< The `data:` lines joined by newlines.
  };

  void feed(std::string_view piece);
  /// The next whole event that carries data (comments and pings are skipped), or nullopt until more is fed.
  std::optional<Event> next();
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::optional<std::string_view> next_line();

  std::string buffer_;
  std::size_t read_ = 0;  ///< Bytes of buffer_ that were taken already.
  Event event_;
  bool has_data_ = false;
  bool broken_ = false;
};

/// Cuts a relayed event stream at event borders, so that an error event can follow at any time without
/// landing in the middle of another event.
class SseAligner {
 public:
  static constexpr std::size_t held_bytes_max = std::size_t{1} << 20;

  /// The bytes that may go out now. Valid until the next call. Costs no copy while pieces end at an event
  /// border.
  std::string_view align(std::string_view piece);
  /// What is still held back: an event without its end.
  [[nodiscard]] std::string_view rest() const { return held_; }

 private:
  std::string held_;
  std::string out_;
};

}  // namespace localscale::gateway
