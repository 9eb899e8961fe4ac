#include "gateway/running_answers.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/printable.hpp"
#include "store/unix_clock.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t who_max = 80;

/// A page in a browser: the home's own, as other sites are refused.
bool from_a_page(const Call& call) {
  return call.request.door != net::Door::admin &&
         (call.session || call.request.headers.get("Sec-Fetch-Site") == "same-origin");
}

std::string program_of(const net::Request& request) {
  const std::string_view agent = request.headers.get("User-Agent");
  const std::string_view word = agent.substr(0, agent.find(' '));
  return word.empty() ? "a program" : for_log(word, who_max);
}

Served served_by(const Call& call) {
  Served served;
  const bool page = from_a_page(call);
  served.kind = !call.key_name.empty() ? "key" : page ? "dashboard" : "local";
  served.who = !call.key_name.empty() ? call.key_name : page ? "dashboard" : program_of(call.request);
  served.api = name(call.shape);
  served.since_unix_s = store::unix_now();
  return served;
}

}  // namespace

std::vector<Served> RunningAnswers::list(Clock::time_point now) const {
  std::vector<Served> list;
  list.reserve(std::min(running_.size(), listed_max));
  for (const Entry& entry : running_) {
    if (list.size() == listed_max) break;
    list.push_back(entry.served);
    const double seconds = std::chrono::duration<double>(now - entry.first_token).count();
    if (entry.served.answer_tokens > 1 && seconds > 0)
      list.back().tokens_per_second = static_cast<double>(entry.served.answer_tokens - 1) / seconds;
  }
  return list;
}

Speed RunningAnswers::speed(Clock::time_point now) const {
  return {answer_meter_.per_second(now), prompt_meter_.per_second(now)};
}

RunningAnswer::RunningAnswer(RunningAnswers& answers, const Call& call, std::string model)
    : answers_(answers) {
  Served served = served_by(call);
  served.model = std::move(model);
  answers_.running_.push_back({std::move(served), {}});
  entry_ = std::prev(answers_.running_.end());
  ++answers_.begun_;
}

RunningAnswer::~RunningAnswer() {
  answers_.running_.erase(entry_);
}

void RunningAnswer::add(std::uint64_t tokens, RunningAnswers::Clock::time_point now) {
  entry_->served.answer_tokens += tokens;
  answers_.answer_tokens_ += tokens;
  answers_.answer_meter_.add(tokens, now);
}

void RunningAnswer::streamed(std::uint64_t events) {
  if (events == 0) return;
  if (!opened_) {
    opened_ = true;
    --events;
  }
  if (events == 0) return;
  const auto now = RunningAnswers::Clock::now();
  if (entry_->served.answer_tokens == 0) entry_->first_token = now;
  add(events, now);
}

void RunningAnswer::finish(const TokenCount& told) {
  const auto now = RunningAnswers::Clock::now();
  answers_.prompt_meter_.add(told.prompt, now);
  if (told.answer > entry_->served.answer_tokens) add(told.answer - entry_->served.answer_tokens, now);
}

std::uint64_t count_events(std::string_view whole_events) {
  constexpr std::string_view border = "\n\n";
  std::uint64_t count = 0;
  for (std::size_t at = 0; at < whole_events.size(); ++count) {
    const void* const found =
        ::memmem(whole_events.data() + at, whole_events.size() - at, border.data(), border.size());
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - whole_events.data()) + border.size();
  }
  return count;
}

}  // namespace localscale::gateway
