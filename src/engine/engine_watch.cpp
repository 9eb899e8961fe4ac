#include "engine/engine_watch.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "engine/awaiting.hpp"
#include "net/timer.hpp"

namespace localscale::engine {
namespace {

constexpr unsigned max_missed = 3;
/// llama-server gives each request a thread, up to some 1,100 of them: beyond, the question for its health
/// waits behind the others. With so many, somebody gets a byte.
constexpr std::uint32_t most_leases = 512;

}  // namespace

bool HangWatch::wants_probe(std::uint32_t leases, std::uint64_t signs, bool late) {
  const bool alive = std::exchange(signs_, signs) != signs;
  if (!alive && !late && leases > 0 && leases <= most_leases) return true;
  missed_ = 0;
  return false;
}

bool HangWatch::hangs_after(bool answered, std::uint64_t signs, bool late) {
  missed_ = answered || signs != signs_ || late ? 0 : missed_ + 1;
  if (missed_ < max_missed) return false;
  missed_ = 0;
  return true;
}

net::Task<void> watch_engine(std::shared_ptr<RunningEngine> engine, std::chrono::milliseconds limit) {
  const std::chrono::milliseconds every = limit / max_missed;
  const auto late_since = [every](Clock::time_point due) { return Clock::now() > due + every / 4; };
  HangWatch watch;
  auto look = Clock::now() + every;
  for (; engine->running(); look = std::max(look + every, Clock::now())) {
    co_await engine->rest_until(look);
    if (!engine->running()) co_return;
    if (!watch.wants_probe(engine->leases, engine->signs, late_since(look))) continue;
    auto asking = engine->health();
    const auto status = co_await net::within(every, "The engine's sign of health", std::move(asking));
    if (!engine->running() || !watch.hangs_after(status.has_value(), engine->signs, late_since(look + every)))
      continue;
    spdlog::error("engine hangs model={} engine={} without_sign_ms={}", engine->model.model.name, engine->id,
                  limit.count());
    engine->end_as_hung();
  }
}

}  // namespace localscale::engine
