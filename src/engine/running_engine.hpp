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
  bool restarting = false;   ///< Will be started anew with other settings once it is idle.
  std::uint32_t leases = 0;  ///< Requests that hold it.
  std::uint64_t signs = 0;   ///< Grows with everything that the engine sends to them.

  void attach(std::unique_ptr<Worker> worker) { worker_ = std::move(worker); }
  void stop(bool force);
  /// Ends the process if it still runs and forgets its connections.
  void close();

  /// Ends the process at once, as it gives no sign of life; its exit then says so.
  void end_as_hung();

  /// Ends the process at once, as the home stops.
  void end_with_home();
  [[nodiscard]] bool ends_with_home() const { return ends_with_home_; }

  /// To be called by the launcher's exit handler.
  void ended(const WorkerExit& exit);
  [[nodiscard]] const std::optional<WorkerExit>& exit() const { return exit_; }
  /// Attached, and neither ended nor closed.
  [[nodiscard]] bool running() const { return worker_ && !exit_; }
  /// Sleeps until `time`, or less long if it stops running meanwhile. For one coroutine.
  net::Task<void> rest_until(std::chrono::steady_clock::time_point time);
  /// Waits until it has ended, at most `limit`.
  net::Task<void> wait_for_end(std::chrono::milliseconds limit);

  /// Asks for its health until it is ready. Fails with unavailable once the process has ended, timeout after
  /// `limit`.
  net::Task<Result<void>> wait_until_ready(std::chrono::milliseconds limit);

  /// Asks for its health over a connection of its own: the answer's status, 200 once the model is loaded.
  net::Task<Result<unsigned>> health();

  net::Task<Result<std::unique_ptr<net::Upstream>>> connect();
  /// An idle connection that may be stale; null if there is none.
  std::unique_ptr<net::Upstream> take_idle();
  /// Keeps a reusable connection for the next request.
  void give_back(std::unique_ptr<net::Upstream> upstream);

 private:
  boost::asio::any_io_executor executor_;
  UpstreamFactory make_upstream_;
  std::unique_ptr<Worker> worker_;
  std::optional<WorkerExit> exit_;
  bool hung_ = false;
  bool ends_with_home_ = false;
  std::vector<std::unique_ptr<net::Upstream>> idle_;
  boost::asio::steady_timer rest_;
};

}  // namespace localscale::engine
