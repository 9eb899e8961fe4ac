#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "config/config.hpp"
#include "engine/launcher.hpp"
#include "engine/library.hpp"
#include "engine/running_engine.hpp"
#include "engine/service.hpp"
#include "engine/tuner.hpp"

namespace localscale::engine {

/// Loads, keeps and unloads engines: the table decides, this carries out. Everything on one executor.
/// `library`, `launcher` and `tuner` outlive it; leases may outlive it (their requests then fail).
class EngineManager final : public Engines {
 public:
  EngineManager(boost::asio::any_io_executor executor, const config::Engine& config, Library& library,
                WorkerLauncher& launcher, Tuner& tuner, UpstreamFactory make_upstream);
  ~EngineManager() override;
  EngineManager(const EngineManager&) = delete;
  EngineManager& operator=(const EngineManager&) = delete;

  net::Task<Result<std::unique_ptr<Lease>>> acquire(std::string_view model, LoadOptions options) override;
  [[nodiscard]] std::vector<Loaded> loaded() const override;
  net::Task<Result<void>> unload(std::string_view model) override;

  /// Refuses new requests and ends all engines; waits for them at most `limit`.
  net::Task<void> stop(std::chrono::milliseconds limit);
  /// Refuses new requests and ends all engines at once: the answers that still run fail with the reason that
  /// the home stops.
  void end_answers();
  [[nodiscard]] EngineMetrics metrics() const override;
  /// What a model may take if all loaded ones were unloaded; nullopt before the first reading of the machine.
  [[nodiscard]] std::optional<std::uint64_t> memory_budget_bytes() const;
  /// How long a model stays loaded after a use, from the next use on.
  void set_keep_alive(std::chrono::seconds keep_alive);
  /// How long the number of free cores must stay the same before engines are restarted for it; 20 s unless
  /// set by a test.
  void assume_settled(std::chrono::milliseconds after);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace localscale::engine
