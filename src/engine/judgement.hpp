#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "engine/fit_report.hpp"
#include "engine/library.hpp"
#include "engine/planner.hpp"
#include "engine/tuning_plan.hpp"

/// Says before a download or load how a model would do on this machine: by the same estimate that decides
/// when it is loaded. Pure.
namespace localscale::engine {

/// What this machine has to give.
struct Room {
  std::optional<std::uint64_t> memory_bytes;  ///< As if no model were loaded; nullopt while nobody knows.
  MachineLoad machine;
  std::uint64_t memory_reserve_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_keep_bytes = 0;  ///< Of these that stay free.
};

/// A model that is here or might come.
struct Candidate {
  LibraryModel entry;  ///< Its files need not be here.
  std::uint64_t projector_bytes = 0;
  std::uint64_t download_bytes = 0;  ///< Of disk that it still takes; 0 if it is here.
};

Judgement judge(const Candidate& candidate, const config::Engine& config, const Tuning& tuning,
                const Room& room);

/// A judgement of a model of which too little is known: `why` is a sentence.
Judgement unknown(std::string why, const Room& room);

// ---- speed ----

/// A model that was measured on this machine.
struct SpeedSample {
  std::uint64_t token_bytes = 0;
  std::uint64_t token_parameters = 0;
  BenchRates rates;
};

/// Answers go as fast as their weights come from memory, prompts as fast as they are computed: both scale
/// from the sample whose weights are most alike in size. Measurements of very small models tell only of
/// others like them.
Speed predict_speed(const ModelFacts& facts, const std::vector<SpeedSample>& samples);

}  // namespace localscale::engine
