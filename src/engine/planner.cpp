#include "engine/planner.hpp"

#include <algorithm>
#include <cmath>

namespace localscale::engine {
namespace {

/// Without a measurement: prompt tokens per second and thread of a 1 B model on a modest core; slower with
/// size.
constexpr double tokens_times_parameters = 40e9;
constexpr std::uint32_t smallest_micro_batch = 8;
constexpr std::uint32_t largest_micro_batch = 512;
constexpr std::uint32_t efficient_micro_batch = 32;
constexpr double wished_micro_batch_ms = 200;
constexpr double longest_micro_batch_ms = 1'000;
constexpr double ms_per_second = 1'000;
/// What the programs of an idle machine use now and then, in cores.
constexpr double background_noise = 0.25;
constexpr std::uint32_t embedding_context = 2'048;

bool has(const Model& model, Capability capability) {
  return std::ranges::find(model.capabilities, capability) != model.capabilities.end();
}

}  // namespace

std::uint32_t free_cores(const MachineLoad& machine) {
  const auto free =
      std::floor(static_cast<double>(machine.cores) - machine.busy_by_others + background_noise);
  return std::clamp<std::uint32_t>(free <= 1 ? 1 : static_cast<std::uint32_t>(free), 1,
                                   std::max(1U, machine.cores));
}

double micro_batch_ms(std::uint32_t tokens, double prompt_rate) {
  // Measured with 4-bit models on one core (decision record 9).
  const double efficiency = tokens >= 64 ? 1.0 : tokens >= 32 ? 0.7 : tokens >= 16 ? 0.6 : 0.5;
  return tokens / (prompt_rate * efficiency) * ms_per_second;
}

std::uint32_t micro_batch_for(double prompt_rate) {
  const auto largest_within = [&](std::uint32_t from, double limit_ms) {
    while (from > smallest_micro_batch && micro_batch_ms(from, prompt_rate) > limit_ms) from /= 2;
    return from;
  };
  return std::max(largest_within(largest_micro_batch, wished_micro_batch_ms),
                  largest_within(efficient_micro_batch, longest_micro_batch_ms));
}

Tuning default_tuning(const ModelFacts& facts, const MachineLoad& machine) {
  Tuning tuning;
  tuning.threads = free_cores(machine);
  const double active = static_cast<double>(std::max<std::uint64_t>(facts.parameters, 1));
  tuning.micro_batch_tokens = micro_batch_for(tokens_times_parameters / active * tuning.threads);
  return tuning;
}

Purpose purpose_of(const Model& model) {
  if (has(model, Capability::rerank)) return Purpose::rerank;
  if (has(model, Capability::embedding) && !has(model, Capability::completion)) return Purpose::embed;
  return Purpose::generate;
}

ContextRange context_for(const LibraryModel& entry, const config::Engine& config,
                         std::uint32_t asked_tokens) {
  ContextWish wish{asked_tokens != 0 ? asked_tokens : config.context_tokens, config.slots};
  // Embedding engines compute an input in one micro-batch, so a context costs them buffers, not only cache.
  if (purpose_of(entry.model) != Purpose::generate && wish.configured_tokens == 0)
    wish.configured_tokens = embedding_context;
  return context_range(entry.facts, wish);
}

EngineSettings settings_for(const LibraryModel& entry, const config::Engine& config, const Tuning& tuning) {
  EngineSettings settings;
  settings.threads = config.threads != 0 ? config.threads : tuning.threads;
  settings.flash_attention = tuning.flash_attention;
  settings.cache_type = tuning.cache_type;
  settings.slots = std::max<std::uint32_t>(1, config.slots);
  settings.purpose = purpose_of(entry.model);
  settings.alias = entry.model.name;
  settings.gpu_layers = config.gpu_layers;
  settings.micro_batch_tokens = tuning.micro_batch_tokens;
  // One micro-batch a step: the engine looks for cancelled requests between steps.
  settings.batch_tokens = settings.micro_batch_tokens;
  return with_context(settings, context_for(entry, config).wished);
}

MemoryNeed memory_need(const LibraryModel& entry, const config::Engine& config, const Tuning& tuning,
                       std::uint64_t projector_bytes, ContextRange range) {
  const auto settings = settings_for(entry, config, tuning);
  return {estimate_memory(entry.facts, projector_bytes, with_context(settings, range.minimum)).total(),
          estimate_memory(entry.facts, projector_bytes, with_context(settings, range.wished)).total(),
          range.wished};
}

}  // namespace localscale::engine
