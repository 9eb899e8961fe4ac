#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/launcher.hpp"

namespace localscale::engine {

/// The result of the escape probe of one confined process.
struct Wall {
  std::string process;
  std::vector<std::string> open;  ///< Ways out that were found; empty if the wall holds.
  std::string error;              ///< Why it could not be probed.
};

/// The house's end of the channel to the supervisor. One executor; outlived by nothing that it made.
class SupervisorLink final : public WorkerLauncher {
 public:
  /// `channel` is the packet socket that the supervisor passed (LOCALSCALE_SUPERVISOR_FD).
  SupervisorLink(boost::asio::any_io_executor executor, UniqueFd channel);
  ~SupervisorLink() override;
  SupervisorLink(const SupervisorLink&) = delete;
  SupervisorLink& operator=(const SupervisorLink&) = delete;

  net::Task<Result<std::unique_ptr<Worker>>> launch_server(ServerSpec spec, ExitHandler on_exit) override;
  net::Task<Result<std::string>> run_bench(BenchSpec spec, std::chrono::milliseconds limit) override;
  [[nodiscard]] std::optional<MachineLoad> load() const override;
  void on_load(LoadHandler handler) override;

  /// The newest results of the escape probes; empty before the first.
  [[nodiscard]] const std::vector<Wall>& walls() const;
  void on_walls(std::function<void(const std::vector<Wall>&)> handler);
  /// The fetcher was started anew: its new channel.
  void on_fetcher_restarted(std::function<void(UniqueFd)> handler);
  /// The supervisor is gone: the house should end.
  void on_lost(std::function<void()> handler);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace localscale::engine
