#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "engine/launcher.hpp"
#include "engine/model_facts.hpp"

/// Estimates, before a load, the memory that an engine will take, and picks the context that fits. Pure.
namespace localscale::engine {

/// Bytes by purpose.
struct MemoryEstimate {
  std::uint64_t weights =
      0;  ///< Mapped from the file: page cache, shared and evictable, but needed at every token.
  std::uint64_t repacked = 0;  ///< The CPU engine's re-ordered copy of some weights.
  std::uint64_t cache = 0;     ///< Keys and values of all slots.
  std::uint64_t buffers = 0;   ///< Intermediate results of one micro-batch, and logits.
  std::uint64_t projector = 0;
  std::uint64_t program = 0;  ///< The engine itself.

  [[nodiscard]] std::uint64_t mapped() const { return weights; }
  [[nodiscard]] std::uint64_t anonymous() const { return repacked + cache + buffers + projector + program; }
  [[nodiscard]] std::uint64_t total() const { return mapped() + anonymous(); }
};

/// What the model takes with these settings.
MemoryEstimate estimate_memory(const ModelFacts& facts, std::uint64_t projector_bytes,
                               const EngineSettings& settings);

/// Bytes of keys and values for `settings`.
std::uint64_t cache_bytes(const ModelFacts& facts, const EngineSettings& settings);

/// What the config and the model ask for.
struct ContextWish {
  std::uint32_t configured_tokens = 0;  ///< Per slot; 0: the model's own, at most 8192.
  std::uint32_t slots = 1;
};

/// Tokens per slot that the model should get, and the fewest that are of use.
struct ContextRange {
  std::uint32_t wished = 0;
  std::uint32_t minimum = 0;
};
ContextRange context_range(const ModelFacts& facts, const ContextWish& wish);

/// `settings` with the context for `tokens` per slot; embedding engines get the micro-batch for it, too.
EngineSettings with_context(EngineSettings settings, std::uint32_t tokens_per_slot);

struct Fit {
  EngineSettings settings;  ///< With the context that fits.
  MemoryEstimate memory;
  bool reduced = false;  ///< The context is smaller than wished.
};

/// The largest context within `range` whose engine takes at most `budget_bytes`. Fails with exhausted if not
/// even the smallest does; the message holds the numbers.
Result<Fit> choose_context(const std::string& model, const ModelFacts& facts, std::uint64_t projector_bytes,
                           const EngineSettings& settings, ContextRange range, std::uint64_t budget_bytes,
                           const MachineLoad& machine);

/// "The model 'x' needs about 5.1 GB (…); 3.2 GB are free of 8 GB …".
Error too_large_error(const std::string& model, const MemoryEstimate& memory, const EngineSettings& settings,
                      std::uint64_t budget_bytes, const MachineLoad& machine);

}  // namespace localscale::engine
