#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace localscale::gateway {

/// The newest events of the home as pieces of a text/event-stream, numbered from 1 since the house's start.
class EventLog {
 public:
  static constexpr std::size_t kept_max = 1000;

  /// `boot`: a word that no other start of the house has.
  explicit EventLog(std::string boot) : boot_(std::move(boot)) {}

  /// `json` is one line. `person`: the only one who is told; empty: everyone.
  void add(std::string_view kind, std::string_view json, std::string_view person);

  [[nodiscard]] std::uint64_t last() const { return last_; }
  /// "BOOT-NUMBER"
  [[nodiscard]] std::string id(std::uint64_t number) const;
  /// The number in an id of this start; nullopt for anything else.
  [[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view id) const;
  /// Whether all events after `number` are still here.
  [[nodiscard]] bool keeps_all_after(std::uint64_t number) const { return number + events_.size() >= last_; }
  /// What `person` (empty: somebody unknown) may be told of the events after `from`, up to `to`.
  [[nodiscard]] std::string text(std::uint64_t from, std::uint64_t to, std::string_view person) const;

 private:
  struct Event {
    std::string text;
    std::string person;
  };

  std::string boot_;
  std::deque<Event> events_;
  std::uint64_t last_ = 0;
};

/// One event of a text/event-stream; `id` may be empty.
std::string event_text(std::string_view kind, std::string_view id, std::string_view json);

}  // namespace localscale::gateway
