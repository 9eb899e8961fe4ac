#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/engine_table.hpp"
#include "engine/fit.hpp"
#include "engine/launcher.hpp"
#include "engine/library.hpp"
#include "net/upstream.hpp"

namespace localscale::engine {

using UpstreamFactory = std::function<std::unique_ptr<net::Upstream>(boost::asio::any_io_executor, UniqueFd)>;

/// One engine process, its idle connections and how it ended. Shared by the manager and the leases on it, so
/// that a lease can still tell why its engine went away. One executor.
class RunningEngine {
 public:
  RunningEngine(boost::asio::any_io_executor executor, UpstreamFactory make_upstream, EngineId id,
                LibraryModel model);

  const EngineId id;
  const LibraryModel model;
  EngineSettings settings;
  MemoryEstimate memory;
  std::chrono::steady_clock::time_point started;
  std::chrono::nanoseconds load_time{0};
  bool restarting = false;  ///< Will be started anew with other settings once it is idle.

  void attach(std::unique_ptr<Worker> worker) { worker_ = std::move(worker); }
  void stop(bool force);
  /// Ends the process if it still runs and forgets its connections.
  void close();

  /// To be called by the launcher's exit handler.
  void ended(const WorkerExit& exit);
  [[nodiscard]] const std::optional<WorkerExit>& exit() const { return exit_; }
  /// Waits until it has ended, at most `limit`.
  net::Task<void> wait_for_end(std::chrono::milliseconds limit);

  /// Asks for its health until it is ready. Fails with unavailable once the process has ended, timeout after
  /// `limit`.
  net::Task<Result<void>> wait_until_ready(std::chrono::milliseconds limit);

  net::Task<Result<std::unique_ptr<net::Upstream>>> connect();
  /// An idle connection that may be stale; null if there is none.
  std::unique_ptr<net::Upstream> take_idle();
  /// Keeps a reusable connection for the next request.
  void give_back(std::unique_ptr<net::Upstream> upstream);

 private:
  net::Task<Result<bool>> healthy();

  boost::asio::any_io_executor executor_;
  UpstreamFactory make_upstream_;
  std::unique_ptr<Worker> worker_;
  std::optional<WorkerExit> exit_;
  std::vector<std::unique_ptr<net::Upstream>> idle_;
};

}  // namespace localscale::engine
