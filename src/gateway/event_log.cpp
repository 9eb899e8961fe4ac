#include "gateway/event_log.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace localscale::gateway {

void EventLog::add(std::string_view kind, std::string_view json, std::string_view person) {
  ++last_;
  events_.push_back({event_text(kind, id(last_), json), std::string(person)});
  if (events_.size() > kept_max) events_.pop_front();
}

std::string EventLog::id(std::uint64_t number) const {
  return boot_ + "-" + std::to_string(number);
}

std::optional<std::uint64_t> EventLog::number_of(std::string_view id) const {
  if (!id.starts_with(boot_) || id.substr(boot_.size(), 1) != "-") return std::nullopt;
  const auto number = parse_u64(id.substr(boot_.size() + 1));
  return number && *number <= last_ ? number : std::nullopt;
}

std::string EventLog::text(std::uint64_t from, std::uint64_t to, std::string_view person) const {
  const std::uint64_t before_first = last_ - events_.size();
  std::string all;
  for (std::uint64_t number = std::max(from, before_first); number < std::min(to, last_); ++number) {
    const Event& event = events_[number - before_first];
    if (event.person.empty() || event.person == person) all += event.text;
  }
  return all;
}

std::string event_text(std::string_view kind, std::string_view id, std::string_view json) {
  std::string text;
  if (!id.empty()) {
    text += "id: ";
    text += id;
    text += '\n';
  }
  text += "event: ";
  text += kind;
  text += "\ndata: ";
  text += json;
  text += "\n\n";
  return text;
}

}  // namespace localscale::gateway
