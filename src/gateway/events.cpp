#include "gateway/events.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

namespace localscale::gateway {
namespace {

/// Many who come in the same moment get one state.
constexpr std::chrono::milliseconds state_is_new_for{100};

/// Slow clients stand at places of their own; what is made for more of them than this is not kept.
constexpr std::size_t rendered_max = 16;

std::string random_word() {
  std::random_device random;
  return fmt::format("{:08x}", random());
}

bool same_place(const Events::Listener& a, const Events::Listener& b) {
  return a.event == b.event && a.state == b.state && a.person == b.person;
}

}  // namespace

Events::Events() : log_(random_word()) {}

void Events::publish(std::string_view kind, std::string_view json, std::string_view person) {
  log_.add(kind, json, person);
  beat_.hurry();
}

void Events::renew_state() {
  state_json_ = state_ ? state_() : "{}";
  state_at_ = Beat::Clock::now();
  state_knows_ = log_.last();
  ++state_number_;
}

std::string Events::open(Listener& listener, std::string_view since) {
  std::string text;
  if (!since.empty()) {
    const auto number = log_.number_of(since);
    text = number && log_.keeps_all_after(*number) ? log_.text(*number, log_.last(), listener.person)
                                                   : event_text("reset", "", "{}");
  }
  const bool is_new = state_number_ != 0 && Beat::Clock::now() - state_at_ <= state_is_new_for;
  if (!is_new || state_knows_ != log_.last()) renew_state();
  text += event_text("state", log_.id(log_.last()), state_json_);
  listener.event = log_.last();
  listener.state = state_number_;
  listener.beat = beat_.number();
  return text;
}

/// The first who is woken by a beat prepares what all send.
void Events::begin_beat() {
  if (beat_number_ == beat_.number()) return;
  beat_number_ = beat_.number();
  rendered_.clear();
  upto_ = log_.last();
  if (periods_ != beat_.periods()) renew_state();
  periods_ = beat_.periods();
}

Events::Text Events::rendered(const Listener& from) {
  const auto found =
      std::ranges::find_if(rendered_, [&](const Rendered& entry) { return same_place(entry.from, from); });
  if (found != rendered_.end()) return found->text;
  std::string text;
  if (!log_.keeps_all_after(from.event)) {
    text = event_text("reset", "", "{}") + event_text("state", log_.id(upto_), state_json_);
  } else {
    text = log_.text(from.event, upto_, from.person);
    if (from.state != state_number_) text += event_text("state", "", state_json_);
  }
  auto made = std::make_shared<const std::string>(std::move(text));
  if (rendered_.size() < rendered_max) rendered_.push_back({from, made});
  return made;
}

net::Task<std::shared_ptr<const std::string>> Events::next(Listener& listener) {
  for (;;) {
    co_await beat_.after(listener.beat);
    if (closed()) co_return nullptr;
    begin_beat();
    listener.beat = beat_number_;
    auto text = rendered(listener);
    listener.event = upto_;
    listener.state = state_number_;
    if (!text->empty()) co_return text;
  }
}

}  // namespace localscale::gateway
