#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "engine/service.hpp"

namespace localscale::house {

/// The models as clients see them: the library's, and for remove() also what unfinished pulls left. House's
/// executor only; `library` outlives it.
class HomeCatalog final : public engine::Catalog {
 public:
  /// Drops what unfinished pulls of a name left; false if there is nothing.
  using DiscardUnfinished = std::function<Result<bool>(std::string_view name)>;

  HomeCatalog(engine::Catalog& library, DiscardUnfinished discard_unfinished)
      : library_(library), discard_unfinished_(std::move(discard_unfinished)) {}

  [[nodiscard]] std::vector<engine::Model> list() override { return library_.list(); }
  [[nodiscard]] std::vector<engine::Problem> problems() override { return library_.problems(); }
  [[nodiscard]] Result<engine::Model> find(std::string_view name) override { return library_.find(name); }
  Result<void> copy(std::string_view from, std::string_view to, engine::WhenTaken taken) override {
    return library_.copy(from, to, taken);
  }
  Result<void> remove(std::string_view name) override;

 private:
  engine::Catalog& library_;
  DiscardUnfinished discard_unfinished_;
};

}  // namespace localscale::house
