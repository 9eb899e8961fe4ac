#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "engine/model_facts.hpp"
#include "net/http.hpp"

namespace localscale::engine {

/// A model at its registry, as far as that can be told without downloading it.
struct RemoteModel {
  std::string name;         ///< Canonical.
  std::string digest;       ///< Of its (first) model file: "sha256:…".
  std::uint64_t bytes = 0;  ///< Of all its files.
  std::uint64_t projector_bytes = 0;
  std::optional<ModelFacts> facts{};  ///< Of the whole model; nullopt if its header is of no use.
  std::string trouble{};              ///< Why, then.
};

/// Asks registries what a model is. On the house's executor.
class ModelLookup {
 public:
  virtual ~ModelLookup() = default;
  /// Takes seconds; downloads the model's manifest and the header of its file. Fails with invalid_argument,
  /// not_found, denied, unavailable, timeout, exhausted, corrupt.
  virtual net::Task<Result<RemoteModel>> look_up(std::string_view name) = 0;
};

}  // namespace localscale::engine
