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
  Result<void> put(const TuningKey& key, const TuningRecord& record) override {
    records_.insert_or_assign(key, record);
    return {};
  }

 private:
  std::map<TuningKey, TuningRecord> records_;
};

}  // namespace localscale::store
