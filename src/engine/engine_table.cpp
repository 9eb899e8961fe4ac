#include "engine/engine_table.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace localscale::engine {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t failures_before_pause = 3;
constexpr milliseconds failure_window{60'000};
constexpr milliseconds first_pause{30'000};
constexpr milliseconds longest_pause{600'000};
constexpr milliseconds busy_retry{2'000};
constexpr std::size_t max_remembered_failures = 256;

}  // namespace

// ---- views
// ------------------------------------------------------------------------------------------------------

EngineTable::Engine* EngineTable::active(std::string_view key) {
  for (auto& [id, engine] : engines_) {
    const bool leaves = engine.state == EngineState::stopping || engine.outgrown;
    if (engine.key == key && !leaves) return &engine;
  }
  return nullptr;
}

EngineTable::Engine* EngineTable::idle_longest() {
  Engine* best = nullptr;
  for (auto& [id, engine] : engines_) {
    if (engine.state != EngineState::ready || engine.users != 0) continue;
    if (best == nullptr || engine.last_used < best->last_used) best = &engine;
  }
  return best;
}

bool EngineTable::has_predecessor(std::string_view key) const {
  return std::ranges::any_of(
      engines_, [&](const auto& entry) { return entry.second.key == key && entry.second.outgrown; });
}

std::uint32_t EngineTable::processes() const {
  return static_cast<std::uint32_t>(std::ranges::count_if(
      engines_, [](const auto& entry) { return entry.second.state != EngineState::queued; }));
}

bool EngineTable::any_stopping() const {
  return std::ranges::any_of(engines_,
                             [](const auto& entry) { return entry.second.state == EngineState::stopping; });
}

std::uint64_t EngineTable::budget_bytes() const {
  if (!available_) return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t taken = limits_.memory_reserve_bytes;
  for (const auto& [id, engine] : engines_) taken += engine.mapped + engine.reserved;
  return *available_ - std::min(*available_, taken);
}

std::uint64_t EngineTable::budget_if_all_left() const {
  if (!available_) return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t anonymous = 0;
  for (const auto& [id, engine] : engines_) anonymous += engine.anonymous;
  const auto all = *available_ + anonymous;
  return all - std::min(all, limits_.memory_reserve_bytes);
}

std::optional<TableTime> EngineTable::next_timer() const {
  std::optional<TableTime> next;
  for (const auto& [id, engine] : engines_) {
    if (engine.expires && (!next || *engine.expires < *next)) next = engine.expires;
  }
  return next;
}

std::vector<EngineView> EngineTable::engines() const {
  std::vector<EngineView> out;
  out.reserve(engines_.size());
  for (const auto& [id, engine] : engines_) {
    out.push_back({id, engine.key, engine.state, engine.users,
                   static_cast<std::uint32_t>(engine.waiting.size()), engine.expires});
  }
  return out;
}

void EngineTable::check_invariants() const {
  LS_ASSERT(processes() <= limits_.max_loaded);
  std::map<EngineId, std::uint32_t> held;
  for (const auto& [request, id] : requests_) {
    LS_ASSERT(engines_.contains(id));
    ++held[id];
  }
  for (const auto& [id, engine] : engines_) {
    LS_ASSERT(held[id] == engine.users + engine.waiting.size());
    LS_ASSERT(engine.users == 0 || engine.state == EngineState::ready);
    LS_ASSERT(engine.waiting.empty() || engine.state == EngineState::queued ||
              engine.state == EngineState::starting);
    LS_ASSERT(!engine.expires || (engine.state == EngineState::ready && engine.users == 0));
  }
}

// ---- answers
// ----------------------------------------------------------------------------------------------------

void EngineTable::grant(Engine& engine, RequestId request, Effects& out) {
  ++engine.users;
  engine.expires.reset();
  out.grants.push_back({request, engine.id});
}

void EngineTable::refuse(RequestId request, Refusal why, Effects& out, Error error, milliseconds retry) {
  requests_.erase(request);
  ++counters_.refusals;
  out.refusals.push_back({request, why, std::move(error), retry});
}

void EngineTable::refuse_all(Engine& engine, Refusal why, Effects& out, const Error& error,
                             milliseconds retry) {
  for (const auto request : engine.waiting) refuse(request, why, out, error, retry);
  engine.waiting.clear();
}

// ---- requests
// ---------------------------------------------------------------------------------------------------

void EngineTable::on_acquire(TableTime now, RequestId request, const std::string& key, MemoryNeed need,
                             std::optional<milliseconds> keep_alive, Effects& out) {
  LS_ASSERT(!requests_.contains(request));
  if (closing_) return refuse(request, Refusal::closing, out);
  auto* engine = active(key);
  if (engine != nullptr && engine->state != EngineState::queued &&
      engine->need.context_tokens < need.context_tokens) {
    engine->outgrown = true;
    if (engine->state == EngineState::ready && engine->users == 0) stop(*engine, out);
    engine = nullptr;
  }
  if (engine == nullptr) {
    if (const auto failed = failures_.find(key);
        failed != failures_.end() && now < failed->second.refuse_until) {
      return refuse(request, Refusal::backing_off, out, failed->second.last,
                    failed->second.refuse_until - now);
    }
    engine = &engines_[next_id_];
    engine->id = next_id_++;
    engine->key = key;
  }
  const bool wants_more = engine->need.context_tokens <= need.context_tokens;
  if (engine->state == EngineState::queued && wants_more) engine->need = need;
  engine->keep_alive = keep_alive.value_or(limits_.keep_alive);
  engine->last_used = now;
  engine->unload_when_idle = false;
  join(now, *engine, request, out);
}

void EngineTable::join(TableTime now, Engine& engine, RequestId request, Effects& out) {
  if (engine.state == EngineState::ready) {
    requests_.emplace(request, engine.id);
    return grant(engine, request, out);
  }
  if (engine.waiting.size() >= limits_.max_waiting)
    return refuse(request, Refusal::queue_full, out, {}, busy_retry);
  requests_.emplace(request, engine.id);
  engine.waiting.push_back(request);
  if (engine.state == EngineState::queued) admit(now, out);
}

void EngineTable::on_release(TableTime now, RequestId request, Effects& out) {
  const auto found = requests_.find(request);
  if (found == requests_.end()) return;
  auto& engine = engines_.at(found->second);
  requests_.erase(found);
  if (std::erase(engine.waiting, request) != 0) {
    if (engine.state == EngineState::queued && engine.waiting.empty()) drop(engine.id);
  } else {
    LS_ASSERT(engine.users > 0);
    engine.last_used = now;
    failures_.erase(engine.key);  // Loading alone proves little: some models crash at every request.
    if (--engine.users == 0) become_idle(now, engine, out);
  }
  admit(now, out);
}

void EngineTable::become_idle(TableTime now, Engine& engine, Effects& out) {
  if (engine.outgrown) return stop(engine, out);
  if (engine.restart_when_idle && !engine.unload_when_idle && engine.keep_alive != milliseconds{0}) {
    engine.restart = true;
    return stop(engine, out);
  }
  if (engine.unload_when_idle || engine.keep_alive == milliseconds{0}) return stop(engine, out);
  if (engine.keep_alive > milliseconds{0}) engine.expires = now + engine.keep_alive;
}

void EngineTable::stop(Engine& engine, Effects& out) {
  LS_ASSERT(engine.users == 0 && engine.state == EngineState::ready);
  engine.state = EngineState::stopping;
  engine.expires.reset();
  out.stops.push_back({engine.id});
}

// ---- engines
// ----------------------------------------------------------------------------------------------------

void EngineTable::on_ready(TableTime now, EngineId id, std::uint64_t mapped, std::uint64_t anonymous,
                           Effects& out) {
  const auto found = engines_.find(id);
  if (found == engines_.end() || found->second.state != EngineState::starting) return;
  auto& engine = found->second;
  engine.state = EngineState::ready;
  engine.reserved = 0;
  engine.mapped = mapped;
  engine.anonymous = anonymous;
  // Until the next reading tells what is really left.
  if (available_) *available_ -= std::min(*available_, anonymous);
  ++counters_.loads;
  engine.last_used = now;
  const auto waiting = std::exchange(engine.waiting, {});
  for (const auto request : waiting) grant(engine, request, out);
  if (engine.users == 0) become_idle(now, engine, out);
  admit(now, out);
}

void EngineTable::on_load_failed(TableTime now, EngineId id, const Error& error, bool counts, Effects& out) {
  const auto found = engines_.find(id);
  if (found == engines_.end()) return;
  if (counts) {
    ++counters_.crashes;
    note_failure(now, found->second.key, error);
  }
  refuse_all(found->second, Refusal::failed, out, error);
  drop(id);
  admit(now, out);
}

void EngineTable::on_exited(TableTime now, EngineId id, const Error& error, bool own_fault, Effects& out) {
  const auto found = engines_.find(id);
  if (found == engines_.end()) return;
  auto& engine = found->second;
  if (engine.state == EngineState::starting) return on_load_failed(now, id, error, true, out);
  if (available_) *available_ += engine.anonymous;
  if (engine.state == EngineState::ready) {
    ++counters_.crashes;
    if (own_fault) note_failure(now, engine.key, error);
    std::erase_if(requests_, [&](const auto& entry) { return entry.second == id; });
  }
  const bool again = engine.restart && !engine.outgrown && !closing_ && active(engine.key) == nullptr;
  Engine next;
  next.key = engine.key;
  next.need = engine.need;
  next.keep_alive = engine.keep_alive;
  next.last_used = engine.last_used;
  drop(id);
  if (again) {
    next.id = next_id_++;
    engines_.emplace(next.id, std::move(next));
  }
  admit(now, out);
}

void EngineTable::note_failure(TableTime now, const std::string& key, const Error& error) {
  if (failures_.size() >= max_remembered_failures && !failures_.contains(key))
    failures_.erase(failures_.begin());
  auto& failures = failures_[key];
  failures.last = error;
  std::erase_if(failures.at, [&](TableTime at) { return now - at > failure_window; });
  failures.at.push_back(now);
  if (failures.at.size() < failures_before_pause) return;
  failures.at.clear();
  failures.refuse_until = now + std::min(first_pause * (1U << std::min(failures.rounds, 5U)), longest_pause);
  ++failures.rounds;
}

bool EngineTable::on_unload(TableTime now, std::string_view key, Effects& out) {
  auto* engine = active(key);
  if (engine == nullptr) return false;
  engine->unload_when_idle = true;
  if (engine->state == EngineState::ready && engine->users == 0) stop(*engine, out);
  admit(now, out);
  return true;
}

void EngineTable::on_settings_changed(TableTime now, EngineId id, Effects& out) {
  const auto found = engines_.find(id);
  if (found == engines_.end() || found->second.state != EngineState::ready) return;
  auto& engine = found->second;
  engine.restart_when_idle = true;
  if (engine.users != 0) return;
  engine.restart = true;
  stop(engine, out);
  admit(now, out);
}

void EngineTable::on_memory(TableTime now, std::uint64_t available_bytes, Effects& out) {
  available_ = available_bytes;
  admit(now, out);
}

void EngineTable::on_timer(TableTime now, Effects& out) {
  for (auto& [id, engine] : engines_) {
    if (!engine.expires || *engine.expires > now) continue;
    ++counters_.expiries;
    stop(engine, out);
  }
}

void EngineTable::on_shutdown(TableTime /*now*/, Effects& out) {
  closing_ = true;
  std::vector<EngineId> queued;
  for (auto& [id, engine] : engines_) {
    refuse_all(engine, Refusal::closing, out);
    engine.restart = false;
    engine.unload_when_idle = true;
    if (engine.state == EngineState::queued) queued.push_back(id);
    if (engine.state == EngineState::ready && engine.users == 0) stop(engine, out);
  }
  for (const auto id : queued) drop(id);
}

// ---- admission
// --------------------------------------------------------------------------------------------------

void EngineTable::admit(TableTime now, Effects& out) {
  for (EngineId after = 0;;) {
    const auto queued = std::find_if(engines_.upper_bound(after), engines_.end(), [](const auto& entry) {
      return entry.second.state == EngineState::queued;
    });
    if (queued == engines_.end()) return;
    const auto id = queued->first;
    switch (admit_one(now, queued->second, out)) {
      case Admission::started:
        break;
      case Admission::waits:
        return;
      case Admission::waits_for_its_predecessor:  // Which may answer for long: others need not wait as well.
        break;
      case Admission::refused:
        drop(id);
        break;
    }
    after = id;
  }
}

EngineTable::Admission EngineTable::admit_one(TableTime /*now*/, Engine& engine, Effects& out) {
  if (engine.need.minimum_bytes > budget_if_all_left()) {
    refuse_all(engine, Refusal::too_large, out);
    return Admission::refused;
  }
  if (has_predecessor(engine.key)) return Admission::waits_for_its_predecessor;
  const bool place = processes() < limits_.max_loaded;
  const auto budget = budget_bytes();
  auto* idle = idle_longest();
  const bool enough = place && (budget >= engine.need.wished_bytes ||
                                (budget >= engine.need.minimum_bytes && idle == nullptr && !any_stopping()));
  if (enough) {
    engine.state = EngineState::starting;
    engine.reserved = std::min(engine.need.wished_bytes, budget);
    out.starts.push_back({engine.id, engine.key, budget, engine.need.context_tokens});
    return Admission::started;
  }
  if (any_stopping()) return Admission::waits;
  if (idle != nullptr) {
    ++counters_.evictions;
    stop(*idle, out);
    return Admission::waits;
  }
  // Everything that could leave is in use or still starting. A restart that nobody waits for is simply
  // dropped.
  refuse_all(engine, Refusal::busy, out, {}, busy_retry);
  return Admission::refused;
}

}  // namespace localscale::engine
