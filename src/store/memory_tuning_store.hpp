#pragma once

#include <map>

#include "store/tuning_store.hpp"

namespace localscale::store {

/// Measurements in memory only, for tests.
class MemoryTuningStore final : public TuningStore {
 public:
  [[nodiscard]] Result<std::optional<TuningRecord>> find(const TuningKey& key) override {
    const auto found = records_.find(key);
    return found == records_.end() ? std::optional<TuningRecord>{} : found->second;
  }
  [[nodiscard]] Result<std::optional<TuningRecord>> find_for_any_load(const TuningKey& key) override {
    std::optional<TuningRecord> most;  // the map is in the order of free cores
    for (const auto& [measured, record] : records_) {
      if (measured.model != key.model || measured.engine != key.engine || measured.cores != key.cores)
        continue;
      if (measured.free_cores == key.free_cores) return std::optional(record);
      most = record;
    }
    return most;
  }
  Result<void> put(const TuningKey& key, const TuningRecord& record) override {
    records_.insert_or_assign(key, record);
    return {};
  }

 private:
  std::map<TuningKey, TuningRecord> records_;
};

}  // namespace localscale::store
