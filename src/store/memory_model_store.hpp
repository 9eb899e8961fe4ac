#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/model_store.hpp"

namespace localscale::store {

/// Names in memory only: for tests, and for a house whose database can't be opened.
class MemoryModelStore final : public ModelStore {
 public:
  [[nodiscard]] Result<std::vector<NamedModel>> list() override {
    std::vector<NamedModel> out;
    out.reserve(models_.size());
    for (const auto& [name, model] : models_) out.push_back(model);
    return out;
  }
  Result<void> put(const NamedModel& model) override {
    models_.insert_or_assign(model.name, model);
    return {};
  }
  Result<void> erase(std::string_view name) override {
    const auto found = models_.find(name);
    if (found == models_.end())
      return fail(Errc::not_found, "There is no model '" + std::string(name) + "'.");
    models_.erase(found);
    return {};
  }

 private:
  std::map<std::string, NamedModel, std::less<>> models_;
};

}  // namespace localscale::store
