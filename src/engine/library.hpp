#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "engine/model_facts.hpp"
#include "engine/service.hpp"

namespace localscale::engine {

/// A model with what its header says: what the manager needs beside what clients see.
struct LibraryModel {
  Model model;
  ModelFacts facts;
  std::filesystem::path system_file{};  ///< Where these texts lie; empty if nowhere.
  std::filesystem::path license_file{};
};

/// The catalog as the engine manager sees it. All calls on the house's executor.
class Library : public Catalog {
 public:
  /// As find(), with the facts.
  [[nodiscard]] virtual Result<LibraryModel> entry(std::string_view name) = 0;
};

}  // namespace localscale::engine
