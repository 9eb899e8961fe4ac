#include <algorithm>
#include <ctime>

#include "engine/manager_impl.hpp"

namespace localscale::engine {

/// As it was when it was loaded: its file may be another by now, or gone.
const Model& EngineManager::Impl::model_of(const EngineView& view) const {
  const auto running = engines_.find(view.id);
  return running != engines_.end() ? running->second->model.model : wanted_.at(view.key).model;
}

std::vector<Loaded> EngineManager::Impl::loaded() const {
  std::vector<Loaded> out;
  for (const auto& view : table_.engines()) {
    Loaded entry;
    const auto running = engines_.find(view.id);
    entry.model = model_of(view);
    if (running != engines_.end()) {
      entry.memory_bytes = running->second->memory.total();
      entry.threads = running->second->settings.threads;
      entry.context_tokens = running->second->settings.context_tokens /
                             std::max<std::uint32_t>(1, running->second->settings.slots);
    }
    if (view.expires) {
      const auto left = std::chrono::duration_cast<std::chrono::seconds>(*view.expires - table_now());
      entry.expires_unix_s = static_cast<std::int64_t>(std::time(nullptr)) + left.count();
    }
    entry.in_use = view.in_use;
    entry.state = view.state == EngineState::ready      ? "ready"
                  : view.state == EngineState::stopping ? "stopping"
                                                        : "loading";
    out.push_back(std::move(entry));
  }
  return out;
}

std::optional<std::uint64_t> EngineManager::Impl::memory_budget_bytes() const {
  if (!table_.available_bytes()) return std::nullopt;
  return table_.budget_if_all_left();
}

EngineMetrics EngineManager::Impl::metrics() const {
  const auto& counted = table_.counters();
  return {counted.loads,    counted.evictions,     counted.expiries, counted.crashes,
          counted.refusals, tuner_.measurements(), load_ms_total_,   load_ms_last_};
}

}  // namespace localscale::engine
