#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/tuner.hpp"
#include "store/tuning_store.hpp"

namespace localscale::engine {

/// Measures with llama-bench workers and keeps the results. One executor; what it is given outlives it.
class BenchTuner final : public Tuner {
 public:
  /// `engine_version`: results of another version, or of other engine files (MachineLoad::engine), are not
  /// used.
  BenchTuner(WorkerLauncher& launcher, store::TuningStore& store, const config::Engine& config,
             std::string engine_version);

  net::Task<Tuning> tune(LibraryModel entry, MachineLoad machine, Quiet quiet,
                         ProgressSink progress) override;
  [[nodiscard]] Tuning known(const LibraryModel& entry, const MachineLoad& machine) override;
  [[nodiscard]] std::optional<BenchRates> measured(const LibraryModel& entry,
                                                   const MachineLoad& machine) override;
  [[nodiscard]] std::uint64_t measurements() const override { return measurements_; }

 private:
  [[nodiscard]] store::TuningKey key_for(const LibraryModel& entry, const MachineLoad& machine) const;
  [[nodiscard]] std::optional<Tuning> stored(const store::TuningKey& key);
  void keep(const store::TuningKey& key, const TuningOutcome& outcome);

  WorkerLauncher& launcher_;
  store::TuningStore& store_;
  config::Engine config_;
  std::string engine_version_;
  std::map<store::TuningKey, std::optional<Tuning>> cache_;
  std::uint64_t measurements_ = 0;
  /// Two measurements at a time would each find half a machine. Shared with the one that runs.
  std::shared_ptr<bool> measuring_ = std::make_shared<bool>(false);
};

}  // namespace localscale::engine
