#include "gateway/admin_history.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "gateway/json.hpp"
#include "net/timer.hpp"
#include "store/unix_clock.hpp"

namespace localscale::gateway {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t minutes_max = 24 * 60;
constexpr std::uint64_t minutes_default = 60;
constexpr std::int64_t seconds_per_minute = 60;

Json sample_json(const Sample& sample) {
  return {{"at_unix", sample.at_unix_s},
          {"answer_tokens_per_second", sample.answer_tokens_per_second},
          {"memory_used_bytes", sample.memory_used_bytes},
          {"models_bytes", sample.models_bytes},
          {"watts", sample.watts ? Json(*sample.watts) : Json(nullptr)},
          {"answers", sample.answers}};
}

Result<std::int64_t> minutes_of(const net::Request& request) {
  const auto text = request.query("minutes");
  const auto minutes = text ? parse_u64(*text) : minutes_default;
  if (!minutes || *minutes == 0 || *minutes > minutes_max)
    return fail(Errc::invalid_argument, "\"minutes\" must be a whole number from 1 to 1440.");
  return static_cast<std::int64_t>(*minutes);
}

}  // namespace

void AdminHistory::add_to(Routes& routes) {
  routes.add("GET", "/localscale/v1/history", Need::session, [this](Call& call) { return show(call); });
}

Sample AdminHistory::sample(std::chrono::duration<double> since_last, std::uint64_t tokens_before) const {
  const HomeState home = services_.status.state();
  Sample sample;
  sample.at_unix_s = store::unix_now();
  sample.answer_tokens_per_second =
      static_cast<double>(services_.answers.answer_tokens() - tokens_before) / since_last.count();
  sample.memory_used_bytes =
      home.memory_total_bytes - std::min(home.memory_total_bytes, home.memory_available_bytes);
  for (const engine::Loaded& loaded : services_.engines.loaded()) sample.models_bytes += loaded.memory_bytes;
  if (home.watts) sample.watts = static_cast<float>(*home.watts);
  sample.answers = static_cast<std::uint32_t>(services_.answers.size());
  return sample;
}

net::Task<void> AdminHistory::keep() {
  auto last = Clock::now();
  std::uint64_t tokens = services_.answers.answer_tokens();
  for (;;) {
    co_await net::sleep_for(History::step);
    const auto now = Clock::now();
    history_.add(sample(now - last, tokens));
    last = now;
    tokens = services_.answers.answer_tokens();
  }
}

net::Task<void> AdminHistory::show(Call& call) {
  const auto minutes = minutes_of(call.request);
  if (!minutes) co_return co_await call.refuse(minutes.error());
  const History::Part part = history_.since(store::unix_now() - *minutes * seconds_per_minute);
  Json samples = Json::array();
  for (const Sample& sample : part.samples) samples.push_back(sample_json(sample));
  co_await call.send_json(
      dump({{"schema", 1}, {"step_seconds", part.step_seconds}, {"samples", std::move(samples)}}));
}

}  // namespace localscale::gateway
