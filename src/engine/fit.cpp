#include "engine/fit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace localscale::engine {
namespace {

constexpr std::uint32_t default_context = 8'192;
constexpr std::uint32_t smallest_context = 1'024;
constexpr std::uint32_t context_step = 256;  ///< The engine rounds to this.
constexpr std::uint64_t program_bytes = 20ULL << 20;

/// Bytes of `elements` in a cache of this type; q8_0 stores 32 numbers in 34 bytes.
std::uint64_t stored_bytes(CacheType type, std::uint64_t elements) {
  switch (type) {
    case CacheType::f16:
      return elements * 2;
    case CacheType::f32:
      return elements * 4;
    case CacheType::q8_0:
      return (elements + 31) / 32 * 34;
  }
  return elements * 4;
}

std::uint32_t rounded(std::uint64_t tokens) {
  return static_cast<std::uint32_t>((tokens + context_step - 1) / context_step * context_step);
}

/// Results that live while one micro-batch is computed. Fitted to the engine (bench_fit): per token the
/// widest layer's activations, the attention scores where flash attention does not avoid them, and logits for
/// each slot.
std::uint64_t buffer_bytes(const ModelFacts& facts, const EngineSettings& settings) {
  const std::uint64_t batch = settings.micro_batch_tokens;
  const std::uint64_t experts = std::max<std::uint32_t>(1, facts.experts_used);
  const std::uint64_t width =
      std::max<std::uint64_t>(facts.feed_forward_length * experts * 2, 1) + facts.embedding_length * 6ULL;
  const std::uint64_t context = settings.context_tokens / std::max<std::uint32_t>(1, settings.slots);
  const std::uint64_t scores = settings.flash_attention ? 0 : context * facts.heads;
  const std::uint64_t mask = context * (settings.flash_attention ? 2 : 4);
  // Per slot: logits, their copy and the sampler's candidates; of a micro-batch few rows are asked for.
  const std::uint64_t logits =
      static_cast<std::uint64_t>(facts.vocabulary) * (settings.slots * 24ULL + batch);
  return batch * (width * 4 + scores * 4 + mask) + logits;
}

}  // namespace

std::uint64_t cache_bytes(const ModelFacts& facts, const EngineSettings& settings) {
  if (facts.encoder_only) return 0;
  const std::uint64_t per_slot =
      rounded(settings.context_tokens / std::max<std::uint32_t>(1, settings.slots));
  const std::uint64_t window = rounded(std::uint64_t{facts.sliding_window} + settings.micro_batch_tokens);
  std::uint64_t bytes = 0;
  for (std::size_t layer = 0; layer < facts.kv_heads.size(); ++layer) {
    const bool windowed = layer < facts.windowed.size() && facts.windowed[layer];
    const auto tokens = (windowed ? std::min(per_slot, window) : per_slot) * settings.slots;
    const std::uint64_t heads = facts.kv_heads[layer];
    bytes += stored_bytes(settings.cache_type, tokens * heads * facts.key_length);
    bytes += stored_bytes(settings.cache_type, tokens * heads * facts.value_length);
  }
  return bytes;
}

MemoryEstimate estimate_memory(const ModelFacts& facts, std::uint64_t projector_bytes,
                               const EngineSettings& settings) {
  MemoryEstimate out;
  out.weights = facts.weight_bytes;
  out.repacked = settings.gpu_layers >= facts.layers && facts.layers != 0 ? 0 : facts.repacked_bytes;
  out.cache = cache_bytes(facts, settings);
  out.buffers = buffer_bytes(facts, settings);
  // A projector is read into memory, and an image needs about half as much again for its own results.
  out.projector = projector_bytes + projector_bytes / 2;
  out.program = program_bytes;
  return out;
}

ContextRange context_range(const ModelFacts& facts, const ContextWish& wish) {
  const std::uint32_t own = facts.context_length == 0 ? default_context : facts.context_length;
  const std::uint32_t wanted = wish.configured_tokens == 0 ? default_context : wish.configured_tokens;
  const auto wished = std::max(std::min(own, wanted), 1U);
  return {wished, std::min(wished, smallest_context)};
}

EngineSettings with_context(EngineSettings settings, std::uint32_t tokens_per_slot) {
  settings.context_tokens = rounded(tokens_per_slot) * std::max<std::uint32_t>(1, settings.slots);
  // Encoders look at their whole input at once, so it must fit one micro-batch: the engine refuses longer
  // ones.
  if (settings.purpose != Purpose::generate) {
    settings.micro_batch_tokens = rounded(tokens_per_slot);
    settings.batch_tokens = settings.micro_batch_tokens;
  }
  return settings;
}

Result<Fit> choose_context(const std::string& model, const ModelFacts& facts, std::uint64_t projector_bytes,
                           const EngineSettings& settings, ContextRange range, std::uint64_t budget_bytes,
                           const MachineLoad& machine) {
  const auto at = [&](std::uint32_t tokens) {
    Fit fit{with_context(settings, tokens), {}, tokens < range.wished};
    fit.memory = estimate_memory(facts, projector_bytes, fit.settings);
    return fit;
  };
  if (auto whole = at(range.wished); whole.memory.total() <= budget_bytes) return whole;
  const auto least = at(range.minimum);
  if (least.memory.total() > budget_bytes) {
    return tl::unexpected(too_large_error(model, least.memory, least.settings, budget_bytes, machine));
  }
  // Estimates grow with the context, so halving finds the largest multiple of the step that fits.
  std::uint32_t low = range.minimum / context_step;
  std::uint32_t high = range.wished / context_step;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (at(middle * context_step).memory.total() <= budget_bytes ? low : high) = middle;
  }
  return at(std::max(low * context_step, range.minimum));
}

Error too_large_error(const std::string& model, const MemoryEstimate& memory, const EngineSettings& settings,
                      std::uint64_t budget_bytes, const MachineLoad& machine) {
  const auto per_slot = settings.context_tokens / std::max<std::uint32_t>(1, settings.slots);
  auto what = fmt::format(
      "The model '{}' needs about {} ({} weights, {} re-ordered copy, {} KV cache for {}×{} tokens, {} "
      "buffers); {} are free "
      "for models of {} in this machine. It was not loaded.",
      model, human_bytes(memory.total()), human_bytes(memory.weights), human_bytes(memory.repacked),
      human_bytes(memory.cache), settings.slots, per_slot,
      human_bytes(memory.buffers + memory.projector + memory.program), human_bytes(budget_bytes),
      human_bytes(machine.memory_total_bytes));
  return {Errc::exhausted, std::move(what),
          "Use a smaller quantization or model, lower [engine] slots or context_tokens, or close other "
          "programs."};
}

}  // namespace localscale::engine
