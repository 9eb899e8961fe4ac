#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "engine/advisor.hpp"
#include "engine/judgement.hpp"
#include "engine/library.hpp"
#include "engine/remote_model.hpp"
#include "engine/tuner.hpp"

namespace localscale::engine {

/// The advisor of a real home.
class ModelAdvisor final : public Advisor {
 public:
  /// Outlives it.
  struct Uses {
    Library& library;
    ModelLookup& lookup;
    Tuner& tuner;
    const WorkerLauncher& launcher;
    std::function<std::optional<std::uint64_t>()> memory_budget;
    /// Bytes of disk that an unfinished pull of this name has taken.
    std::function<std::uint64_t(const std::string& name)> taken_by_pull;
  };

  /// `store`: the folder that downloads go to; `keep_free_bytes` of its disk stay free.
  ModelAdvisor(Uses uses, const config::Engine& config, std::filesystem::path store,
               std::uint64_t keep_free_bytes);

  net::Task<Result<FitReport>> fit(std::string_view name) override;
  std::vector<FitReport> suggestions() override;
  net::Task<void> measure_machine(std::function<bool()> quiet) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Remembered {
    RemoteModel model;
    Clock::time_point until;
  };

  [[nodiscard]] Room room() const;
  [[nodiscard]] std::vector<SpeedSample> samples(const Room& room);
  [[nodiscard]] FitReport report(const Candidate& candidate, const Room& room,
                                 const std::vector<SpeedSample>& samples);
  [[nodiscard]] FitReport report_installed(const LibraryModel& entry, const Room& room,
                                           const std::vector<SpeedSample>& samples);
  [[nodiscard]] FitReport report_remote(const RemoteModel& model);
  [[nodiscard]] std::uint64_t still_to_come(const std::string& name, std::uint64_t bytes) const;
  void remember(const RemoteModel& model);

  Uses uses_;
  config::Engine config_;
  std::filesystem::path store_;
  LibraryModel yardstick_;
  std::uint64_t keep_free_bytes_;
  std::map<std::string, Remembered> remembered_;  ///< So that registries are asked once.
};

}  // namespace localscale::engine
