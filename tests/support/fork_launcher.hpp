#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "engine/launcher.hpp"
#include "tests/support/temporary_folder.hpp"

namespace localscale::tests {

/// Where llama-server lies: $LOCALSCALE_ENGINE_DIRECTORY, else the build's engine folder; empty if it is not
/// there.
std::filesystem::path engine_directory();

/// Starts llama-server without walls on a socket in a temporary folder: for tests of what comes before and
/// after the supervisor, and for benches.
class ForkLauncher final : public engine::WorkerLauncher {
 public:
  ForkLauncher(boost::asio::any_io_executor executor, std::filesystem::path directory);

  net::Task<Result<std::unique_ptr<engine::Worker>>> launch_server(engine::ServerSpec spec,
                                                                   engine::ExitHandler on_exit) override;
  net::Task<Result<std::string>> run_bench(engine::BenchSpec spec, std::chrono::milliseconds limit) override;
  [[nodiscard]] std::optional<engine::MachineLoad> load() const override { return load_; }
  void on_load(engine::LoadHandler handler) override { handler_ = std::move(handler); }

  /// What the machine looks like from now on.
  void set_load(const engine::MachineLoad& load);
  /// Each worker starts that much later from now on.
  void delay_launches(std::chrono::milliseconds delay) { delay_ = delay; }
  /// The process of the newest worker.
  [[nodiscard]] int last_pid() const { return last_pid_; }
  [[nodiscard]] int launches() const { return launches_; }
  [[nodiscard]] int benches() const { return benches_; }

 private:
  boost::asio::any_io_executor executor_;
  std::filesystem::path directory_;
  TemporaryFolder folder_;
  std::optional<engine::MachineLoad> load_;
  engine::LoadHandler handler_;
  std::chrono::milliseconds delay_{0};
  int last_pid_ = -1;
  int launches_ = 0;
  int benches_ = 0;
};

/// The command line of an engine, without the program.
std::vector<std::string> server_arguments(const engine::ServerSpec& spec, const std::string& socket);
std::vector<std::string> bench_arguments(const engine::BenchSpec& spec);

}  // namespace localscale::tests
