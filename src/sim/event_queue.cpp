#include "sim/event_queue.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace localscale::sim {
namespace {

bool later(const Event& a, const Event& b) {
  const auto place = [](const Event& event) {
    return std::tuple(event.at_us, event.kind == EventKind::alarm, event.order);
  };
  return place(a) > place(b);
}

}  // namespace

std::string_view name(EventKind kind) {
  constexpr std::array<std::string_view, 11> names = {"ad",        "ping",     "answer", "refused",
                                                      "link_lost", "alarm",    "boot",   "next_fault",
                                                      "fault_end", "mischief", "inspect"};
  return names.at(static_cast<std::size_t>(kind));
}

void EventQueue::push(Event event) {
  event.order = ++order_;
  heap_.push_back(std::move(event));
  std::ranges::push_heap(heap_, later);
}

void EventQueue::push_again(Event event, std::int64_t at_us) {
  event.at_us = at_us;
  heap_.push_back(std::move(event));
  std::ranges::push_heap(heap_, later);
}

Event EventQueue::pop() {
  std::ranges::pop_heap(heap_, later);
  Event event = std::move(heap_.back());
  heap_.pop_back();
  return event;
}

}  // namespace localscale::sim
