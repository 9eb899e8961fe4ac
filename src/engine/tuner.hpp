#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "engine/planner.hpp"
#include "engine/service.hpp"
#include "engine/tuning_plan.hpp"

namespace localscale::engine {

/// Finds the settings that are fast for a model on this machine as it is now.
class Tuner {
 public:
  virtual ~Tuner() = default;
  /// Whether our own engines have been at rest since the load began, so that a measurement is true.
  using Quiet = std::function<bool()>;

  /// What is known for this model and this many free cores, or what is measured now (seconds). `progress` may
  /// be empty. Never fails: safe defaults serve where measuring does not work.
  virtual net::Task<Tuning> tune(LibraryModel entry, MachineLoad machine, Quiet quiet,
                                 ProgressSink progress) = 0;
  /// As far as it is known without measuring.
  [[nodiscard]] virtual Tuning known(const LibraryModel& entry, const MachineLoad& machine) = 0;
  /// How fast the model was measured to be on this machine: with as many free cores as now, else with the
  /// most.
  [[nodiscard]] virtual std::optional<BenchRates> measured(const LibraryModel& entry,
                                                           const MachineLoad& machine) = 0;
  /// Measurements made so far.
  [[nodiscard]] virtual std::uint64_t measurements() const = 0;
};

/// Never measures: [engine] tune = false.
class DefaultTuner final : public Tuner {
 public:
  net::Task<Tuning> tune(LibraryModel entry, MachineLoad machine, Quiet /*quiet*/,
                         ProgressSink /*progress*/) override {
    co_return default_tuning(entry.facts, machine);
  }
  [[nodiscard]] Tuning known(const LibraryModel& entry, const MachineLoad& machine) override {
    return default_tuning(entry.facts, machine);
  }
  [[nodiscard]] std::optional<BenchRates> measured(const LibraryModel& /*entry*/,
                                                   const MachineLoad& /*machine*/) override {
    return std::nullopt;
  }
  [[nodiscard]] std::uint64_t measurements() const override { return 0; }
};

}  // namespace localscale::engine
