#pragma once

#include "engine/launcher.hpp"
#include "engine/service.hpp"

/// What stands in for another process of the home where its channel was not handed over: says so and does
/// nothing.
namespace localscale::house {

/// No supervisor: engines cannot be started.
class AbsentLauncher final : public engine::WorkerLauncher {
 public:
  net::Task<Result<std::unique_ptr<engine::Worker>>> launch_server(engine::ServerSpec spec,
                                                                   engine::ExitHandler on_exit) override;
  net::Task<Result<std::string>> run_bench(engine::BenchSpec spec, std::chrono::milliseconds limit) override;
  [[nodiscard]] std::optional<engine::MachineLoad> load() const override { return std::nullopt; }
  void on_load(engine::LoadHandler /*handler*/) override {}
};

/// No fetcher: models cannot be pulled.
class AbsentPuller final : public engine::Puller {
 public:
  net::Task<Result<void>> pull(std::string_view name, engine::ProgressSink progress) override;
};

}  // namespace localscale::house
