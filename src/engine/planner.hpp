#pragma once

#include <cstdint>
#include <functional>

#include "config/config.hpp"
#include "engine/engine_table.hpp"
#include "engine/fit.hpp"
#include "engine/launcher.hpp"
#include "engine/library.hpp"

namespace localscale::engine {

/// The part of the settings that a measurement finds.
struct Tuning {
  std::uint32_t threads = 1;
  bool flash_attention = true;
  CacheType cache_type = CacheType::f16;
  std::uint32_t micro_batch_tokens = 64;

  bool operator==(const Tuning&) const = default;
};

/// Cores that other programs leave free, at least 1: more threads than these make an engine many times
/// slower.
std::uint32_t free_cores(const MachineLoad& machine);

/// What serves well enough without a measurement.
Tuning default_tuning(const ModelFacts& facts, const MachineLoad& machine);

/// For which use an engine of this model is started.
Purpose purpose_of(const Model& model);

/// All settings but the context, from config, model and tuning.
EngineSettings settings_for(const LibraryModel& entry, const config::Engine& config, const Tuning& tuning);

/// The smallest and the wished memory.
MemoryNeed memory_need(const LibraryModel& entry, const config::Engine& config, const Tuning& tuning,
                       std::uint64_t projector_bytes);

}  // namespace localscale::engine
