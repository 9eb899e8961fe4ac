#pragma once

#include "engine/launcher.hpp"
#include "engine/remote_model.hpp"
#include "engine/service.hpp"
#include "gateway/release_source.hpp"

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

/// No fetcher: models cannot be pulled or looked up.
class AbsentFetcher final : public engine::Puller, public engine::ModelLookup {
 public:
  net::Task<Result<void>> pull(std::string_view name, engine::ProgressSink progress) override;
  Result<std::string> start(std::string_view name) override;
  Result<void> pause(std::string_view name) override;
  [[nodiscard]] std::vector<engine::PullState> pulls() const override { return {}; }
  void on_change(ChangeHandler /*handler*/) override {}
  net::Task<Result<engine::RemoteModel>> look_up(std::string_view name) override;
};

/// No fetcher: nobody can be asked for releases.
class AbsentReleases final : public gateway::ReleaseSource {
 public:
  net::Task<Result<std::string>> release_file() override;
};

}  // namespace localscale::house
