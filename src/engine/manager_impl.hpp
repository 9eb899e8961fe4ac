#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/awaiting.hpp"
#include "engine/core_watch.hpp"
#include "engine/engine_lease.hpp"
#include "engine/engine_table.hpp"
#include "engine/manager.hpp"

/// The manager's inside, for its own files: manager.cpp (requests), manager_loading.cpp (processes),
/// manager_views.cpp (what is told about them).
namespace localscale::engine {

/// What a name that was asked for means to the table.
struct Wish {
  std::string key;
  MemoryNeed need;
  Clock::time_point until;  ///< The library is asked again after it.
};

/// A request that waits for its engine.
struct Waiter {
  Waiter(const boost::asio::any_io_executor& executor, std::string model_key)
      : wake(executor), key(std::move(model_key)) {}

  boost::asio::steady_timer wake;
  std::string key;
  std::shared_ptr<RunningEngine> engine;  ///< Once granted.
  std::optional<RefuseRequest> refusal;   ///< Once refused.
  std::string status = "loading";
};

/// Shared with the coroutines it starts and with the leases, so that nothing outlives what it uses.
class EngineManager::Impl final : public LeaseGiver,
                                  public std::enable_shared_from_this<EngineManager::Impl> {
 public:
  Impl(boost::asio::any_io_executor executor, const config::Engine& config, Library& library,
       WorkerLauncher& launcher, Tuner& tuner, UpstreamFactory make_upstream);

  void watch_load();

  /// `renewable`: the lease loads its model anew where the engine has gone before it answered.
  net::Task<Result<std::unique_ptr<Lease>>> acquire(std::string model, LoadOptions options, bool renewable);
  net::Task<Result<std::unique_ptr<Lease>>> renew(std::string model, LoadOptions options) override;
  void release(RequestId request) override;
  [[nodiscard]] std::vector<Loaded> loaded() const;
  net::Task<Result<void>> unload(std::string model);
  net::Task<void> stop(std::chrono::milliseconds limit);
  void end_answers();
  [[nodiscard]] EngineMetrics metrics() const;
  [[nodiscard]] std::optional<std::uint64_t> memory_budget_bytes() const;
  void assume_settled(std::chrono::milliseconds after) { cores_.settle_time = after; }
  void set_keep_alive(std::chrono::seconds keep_alive) { table_.set_keep_alive(keep_alive); }
  void detach();

 private:
  [[nodiscard]] MachineLoad machine() const { return launcher_.load().value_or(MachineLoad{}); }
  void on_load(const MachineLoad& load);
  [[nodiscard]] const Model& model_of(const EngineView& view) const;
  void restart_where_threads_differ(const MachineLoad& load, Effects& effects);
  Result<const Wish*> wish_for(std::string_view model, std::uint32_t context_tokens);
  [[nodiscard]] std::shared_ptr<RunningEngine> granted(const Effects& effects, RequestId request) const;
  void remember(const std::string& key, const LibraryModel& entry);
  void perform(Effects effects);
  void arm_timer();
  net::Task<Result<std::shared_ptr<RunningEngine>>> wait(RequestId request, std::shared_ptr<Waiter> waiter,
                                                         ProgressSink progress);
  net::Task<void> start(StartEngine order);
  net::Task<Result<void>> bring_up(std::shared_ptr<RunningEngine> engine, StartEngine order, bool& crashed);
  net::Task<Result<void>> wait_until_ready(std::shared_ptr<RunningEngine> engine, bool& crashed) const;
  net::Task<void> wait_for_first_load();
  net::Task<Tuning> tune(const LibraryModel& entry);
  void say(const std::string& key, const std::string& status);
  static net::Task<void> pass_on(std::shared_ptr<Impl> self, std::string key, std::string status);
  void on_exit(EngineId id, const WorkerExit& exit);
  [[nodiscard]] Error refusal_text(const LibraryModel& entry, const RefuseRequest& refusal) const;

  boost::asio::any_io_executor executor_;
  config::Engine config_;
  Library& library_;
  WorkerLauncher& launcher_;
  Tuner& tuner_;
  UpstreamFactory make_upstream_;
  EngineTable table_;
  CoreWatch cores_;
  boost::asio::steady_timer timer_;
  std::map<std::string, Wish, std::less<>> wishes_;  ///< By the name and context that were asked for.
  std::map<std::string, LibraryModel> wanted_;       ///< By key: what to start when the table says so.
  std::map<EngineId, std::shared_ptr<RunningEngine>> engines_;
  std::map<RequestId, std::shared_ptr<Waiter>> waiters_;
  RequestId next_request_ = 1;
  std::uint64_t grants_ = 0;  ///< Requests that got an engine.
  std::uint64_t load_ms_total_ = 0;
  std::uint64_t load_ms_last_ = 0;
};

TableTime table_now();
std::string key_of(const Model& model);
std::uint64_t file_bytes(const std::filesystem::path& path);

}  // namespace localscale::engine
