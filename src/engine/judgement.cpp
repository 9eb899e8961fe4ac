#include "engine/judgement.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "engine/fit.hpp"

namespace localscale::engine {
namespace {

/// With fewer bytes a token, what an engine does beside reading weights takes most of the time: of a much
/// larger model such a measurement says nothing.
constexpr std::uint64_t telling_token_bytes = 50'000'000;
constexpr std::uint64_t alike = 4;  ///< Times larger at most than a sample that tells nothing of others.

bool tells_of(const SpeedSample& sample, const ModelFacts& facts) {
  if (sample.token_bytes == 0 || sample.token_parameters == 0 || sample.rates.answer <= 0) return false;
  return sample.token_bytes >= telling_token_bytes || facts.token_bytes / alike <= sample.token_bytes;
}

std::uint32_t per_slot(const EngineSettings& settings) {
  return settings.context_tokens / std::max<std::uint32_t>(1, settings.slots);
}

/// 8192 as "8,192".
std::string grouped(std::uint32_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

Judgement with_room(Verdict verdict, std::string reason, const Room& room) {
  Judgement out;
  out.verdict = verdict;
  out.reason = std::move(reason);
  out.memory_budget_bytes = room.memory_bytes.value_or(0);
  return out;
}

std::string too_big_reason(std::uint64_t needed, const Room& room) {
  auto reason = fmt::format("Needs about {} of memory; {} are free for models", human_bytes(needed),
                            human_bytes(*room.memory_bytes));
  const auto total = room.machine.memory_total_bytes;
  const auto at_best = total - std::min(total, room.memory_reserve_bytes);
  return reason + (needed <= at_best ? ": closing other programs may make room."
                                     : fmt::format(", and this machine has {} in all.", human_bytes(total)));
}

/// What is wrong with the disk; empty if nothing.
std::string disk_reason(std::uint64_t download_bytes, const Room& room) {
  const auto usable = room.disk_free_bytes - std::min(room.disk_free_bytes, room.disk_keep_bytes);
  if (download_bytes <= usable) return {};
  return fmt::format("Needs {} of disk; {} are free, of which {} stay free.", human_bytes(download_bytes),
                     human_bytes(room.disk_free_bytes), human_bytes(room.disk_keep_bytes));
}

std::string fitting_reason(const Fit& fit, const ContextRange& range, Purpose purpose) {
  if (fit.reduced) {
    return fmt::format("Fits with a shorter context: {} tokens instead of {}.",
                       grouped(per_slot(fit.settings)), grouped(range.wished));
  }
  if (purpose != Purpose::generate) return "Fits.";
  return fmt::format("Fits with a context of {} tokens.", grouped(per_slot(fit.settings)));
}

}  // namespace

Judgement unknown(std::string why, const Room& room) {
  return with_room(Verdict::unknown, std::move(why), room);
}

Judgement judge(const Candidate& candidate, const config::Engine& config, const Tuning& tuning,
                const Room& room) {
  const auto& entry = candidate.entry;
  if (entry.model.capabilities.empty()) return unknown("This is no model that answers.", room);
  if (entry.facts.weight_bytes == 0 || entry.facts.layers == 0)
    return unknown("Its file does not say how large the model is.", room);
  if (!room.memory_bytes)
    return unknown("The home has not yet looked at this machine's memory: ask again in a moment.", room);
  const auto settings = settings_for(entry, config, tuning);
  const auto range = context_for(entry, config);
  const auto fit = choose_context(entry.model.name, entry.facts, candidate.projector_bytes, settings, range,
                                  *room.memory_bytes, room.machine);
  if (!fit) {
    const auto least = with_context(settings, range.minimum);
    const auto needed = estimate_memory(entry.facts, candidate.projector_bytes, least).total();
    auto out = with_room(Verdict::too_big, too_big_reason(needed, room), room);
    out.memory_needed_bytes = needed;
    out.context_tokens = per_slot(least);
    return out;
  }
  auto out = with_room(fit->reduced ? Verdict::tight : Verdict::fits,
                       fitting_reason(*fit, range, settings.purpose), room);
  if (auto disk = disk_reason(candidate.download_bytes, room); !disk.empty()) {
    out.verdict = Verdict::too_big;
    out.reason = std::move(disk);
  }
  out.memory_needed_bytes = fit->memory.total();
  out.context_tokens = per_slot(fit->settings);
  return out;
}

Speed predict_speed(const ModelFacts& facts, const std::vector<SpeedSample>& samples) {
  if (facts.token_bytes == 0 || facts.token_parameters == 0) return {};
  const auto distance = [&](const SpeedSample& sample) {
    return std::abs(
        std::log(static_cast<double>(sample.token_bytes) / static_cast<double>(facts.token_bytes)));
  };
  const SpeedSample* nearest = nullptr;
  for (const auto& sample : samples) {
    if (!tells_of(sample, facts)) continue;
    if (nearest == nullptr || distance(sample) < distance(*nearest)) nearest = &sample;
  }
  if (nearest == nullptr) return {};
  const auto ratio = [](std::uint64_t theirs, std::uint64_t ours) {
    return static_cast<double>(theirs) / static_cast<double>(ours);
  };
  Speed speed{nearest->rates.prompt * ratio(nearest->token_parameters, facts.token_parameters),
              nearest->rates.answer * ratio(nearest->token_bytes, facts.token_bytes), Basis::estimated};
  if (facts.encoder_only) speed.answer = 0;
  return speed;
}

}  // namespace localscale::engine
