#include "gateway/events.hpp"

namespace localscale::gateway {

void Events::publish(std::string_view kind, std::string json) {
  events_.push_back(Event{++last_, std::string(kind), std::move(json)});
  if (events_.size() > events_max) events_.pop_front();
}

std::vector<Events::Event> Events::after(std::uint64_t number) const {
  std::vector<Event> fresh;
  for (const Event& event : events_) {
    if (event.number > number) fresh.push_back(event);
  }
  return fresh;
}

}  // namespace localscale::gateway
