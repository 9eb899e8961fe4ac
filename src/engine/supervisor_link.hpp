#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "config/changes.hpp"
#include "engine/launcher.hpp"

namespace localscale::engine {

/// The result of the escape probe of one confined process.
struct Wall {
  std::string process;
  std::vector<std::string> open;  ///< Ways out that were found; empty if the wall holds.
  std::string error;              ///< Why it could not be probed.
};

/// The config file as it is now.
struct ConfigText {
  std::string file;
  bool writable = false;  ///< By the supervisor.
  std::string text;       ///< Empty where there is no file.
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

  /// The house sees the file as it was at its start; the supervisor shows the one that is there now.
  net::Task<Result<ConfigText>> read_config();
  /// All of the changes or none; gives the file afterwards. Errors as in supervisor::ConfigDesk.
  net::Task<Result<ConfigText>> change_config(const std::vector<config::Change>& changes);

  /// The newest results of the escape probes; empty before the first.
  [[nodiscard]] const std::vector<Wall>& walls() const;
  void on_walls(std::function<void(const std::vector<Wall>&)> handler);
  /// The fetcher was started anew: its new channel.
  void on_fetcher_restarted(std::function<void(UniqueFd)> handler);
  /// Somebody edited the config file.
  void on_config_changed(std::function<void()> handler);
  /// Lines of the supervisor's log, and how many before them were too many to pass on.
  void on_log(std::function<void(const std::vector<std::string>&, std::uint64_t)> handler);
  /// The supervisor is gone: the house should end.
  void on_lost(std::function<void()> handler);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace localscale::engine
