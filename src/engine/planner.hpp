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

/// Cores that other programs leave wholly free but for a quarter of one, at least 1. The threads of an engine
/// wait for each other: one on a core that is busy half of the time makes it many times slower.
std::uint32_t free_cores(const MachineLoad& machine);

/// How long `tokens` of a prompt take in one micro-batch, in ms, at `prompt_rate` tokens per second with
/// large ones. Small ones take longer per token: every weight is read for fewer of them.
double micro_batch_ms(std::uint32_t tokens, double prompt_rate);

/// The micro-batch, a power of two within 8 to 512: a cancelled prompt ends after one. The largest that lasts
/// at most 200 ms; where that would be fewer than 32 tokens, up to 32 while they last at most 1 s, as smaller
/// ones halve the speed of reading.
std::uint32_t micro_batch_for(double prompt_rate);

/// What serves well enough without a measurement.
Tuning default_tuning(const ModelFacts& facts, const MachineLoad& machine);

/// For which use an engine of this model is started.
Purpose purpose_of(const Model& model);

/// The context that an engine of this model should get and the least that is of use. `asked_tokens`: per
/// slot, by a request; 0: as the config says. Never more than the model was made for.
ContextRange context_for(const LibraryModel& entry, const config::Engine& config,
                         std::uint32_t asked_tokens = 0);

/// All settings, with the wished context, from config, model and tuning.
EngineSettings settings_for(const LibraryModel& entry, const config::Engine& config, const Tuning& tuning);

/// The smallest and the wished memory, and the context for which that is.
MemoryNeed memory_need(const LibraryModel& entry, const config::Engine& config, const Tuning& tuning,
                       std::uint64_t projector_bytes, ContextRange range);

}  // namespace localscale::engine
