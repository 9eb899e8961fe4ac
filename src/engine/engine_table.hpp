#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// Decides which engines run: loading on demand, waiting, eviction, keep-alive, back-off. Knows no processes,
/// clocks or sockets: it takes events with the time and fills Effects, which the manager carries out.
namespace localscale::engine {

using TableTime = std::chrono::milliseconds;  ///< Since any fixed moment; never goes back.
using RequestId = std::uint64_t;
using EngineId = std::uint64_t;

struct TableLimits {
  std::uint32_t max_loaded = 3;
  std::chrono::milliseconds keep_alive{300'000};
  std::uint64_t memory_reserve_bytes = 0;
  std::uint32_t max_waiting = 512;  ///< Requests that wait for one model.
};

/// Memory that a model takes, from the fit estimate.
struct MemoryNeed {
  std::uint64_t minimum_bytes = 0;   ///< With the smallest useful context.
  std::uint64_t wished_bytes = 0;    ///< With the context it should get.
  std::uint32_t context_tokens = 0;  ///< That context, per slot.
};

enum class EngineState {
  queued,    ///< Waits for room: no process.
  starting,  ///< The manager plans, measures and starts it.
  ready,
  stopping,
};

enum class Refusal {
  too_large,  ///< Does not fit this machine, whatever is unloaded.
  busy,       ///< No room now: all loaded models are in use. `retry_after` is a guess.
  queue_full,
  failed,       ///< Its load failed: `error`.
  backing_off,  ///< It failed too often of late: `error` is the last failure.
  closing,      ///< The home is stopping.
};

struct StartEngine {
  EngineId engine = 0;
  std::string key;
  std::uint64_t budget_bytes = 0;    ///< Memory it may take.
  std::uint32_t context_tokens = 0;  ///< Per slot, if the budget allows it.
};
struct StopEngine {
  EngineId engine = 0;
};
struct GrantRequest {
  RequestId request = 0;
  EngineId engine = 0;
};
struct RefuseRequest {
  RequestId request = 0;
  Refusal why = Refusal::failed;
  Error error;
  std::chrono::milliseconds retry_after{0};
};

struct Effects {
  std::vector<StartEngine> starts;
  std::vector<StopEngine> stops;
  std::vector<GrantRequest> grants;
  std::vector<RefuseRequest> refusals;
};

struct EngineView {
  EngineId id = 0;
  std::string key;
  EngineState state = EngineState::queued;
  std::uint32_t in_use = 0;
  std::uint32_t waiting = 0;
  std::optional<TableTime> expires;  ///< nullopt: while in use, or never.
};

struct TableCounters {
  std::uint64_t loads = 0;
  std::uint64_t evictions = 0;
  std::uint64_t expiries = 0;
  std::uint64_t crashes = 0;
  std::uint64_t refusals = 0;
};

class EngineTable {
 public:
  explicit EngineTable(TableLimits limits) : limits_(limits) {}

  /// For uses from now on that name no time of their own.
  void set_keep_alive(std::chrono::milliseconds keep_alive) { limits_.keep_alive = keep_alive; }

  // ---- events ----
  /// A request wants the model `key`. `keep_alive`: negative is for ever, zero unloads after this use. An
  /// engine that was asked for a smaller context than `need` says serves out its requests and is then loaded
  /// anew; the request waits for that. What was asked counts, not what fitted: else a request for more than
  /// fits would reload it each time.
  void on_acquire(TableTime now, RequestId request, const std::string& key, MemoryNeed need,
                  std::optional<std::chrono::milliseconds> keep_alive, Effects& out);
  /// The request ended, or its client left while it waited. Unknown requests are ignored: their engine has
  /// crashed.
  void on_release(TableTime now, RequestId request, Effects& out);
  /// The engine answers. `mapped` bytes are page cache (still counted as available), `anonymous` are not.
  void on_ready(TableTime now, EngineId engine, std::uint64_t mapped, std::uint64_t anonymous, Effects& out);
  /// The engine did not come up and its process is gone. `counts`: a crash for the back-off, not a refusal to
  /// start.
  void on_load_failed(TableTime now, EngineId engine, const Error& error, bool counts, Effects& out);
  /// The process ended: asked to (stopping), by somebody else or by itself. `own_fault`: the latter, which
  /// counts for the back-off until a request has been served.
  void on_exited(TableTime now, EngineId engine, const Error& error, bool own_fault, Effects& out);
  /// False if the model is not loaded.
  bool on_unload(TableTime now, std::string_view key, Effects& out);
  /// The engine should run with other settings: restart it when it is idle.
  void on_settings_changed(TableTime now, EngineId engine, Effects& out);
  void on_memory(TableTime now, std::uint64_t available_bytes, Effects& out);
  void on_timer(TableTime now, Effects& out);
  void on_shutdown(TableTime now, Effects& out);

  // ---- views ----
  [[nodiscard]] std::optional<TableTime> next_timer() const;
  [[nodiscard]] std::vector<EngineView> engines() const;
  [[nodiscard]] const TableCounters& counters() const { return counters_; }
  /// Memory that one more engine could take now.
  [[nodiscard]] std::uint64_t budget_bytes() const;
  /// The same if all engines were gone.
  [[nodiscard]] std::uint64_t budget_if_all_left() const;
  [[nodiscard]] std::optional<std::uint64_t> available_bytes() const { return available_; }
  /// Aborts on a broken invariant; for tests.
  void check_invariants() const;

 private:
  struct Engine {
    EngineId id = 0;
    std::string key;
    EngineState state = EngineState::queued;
    MemoryNeed need;
    std::uint64_t reserved = 0;  ///< While starting.
    std::uint64_t mapped = 0;    ///< While ready or stopping.
    std::uint64_t anonymous = 0;
    std::uint32_t users = 0;
    std::vector<RequestId> waiting;
    std::chrono::milliseconds keep_alive{0};
    TableTime last_used{0};
    std::optional<TableTime> expires;
    bool unload_when_idle = false;
    bool restart_when_idle = false;
    bool restart = false;   ///< Queue it again once it has stopped.
    bool outgrown = false;  ///< Its successor with a larger context is queued: takes no requests any more.
  };
  struct Failures {
    std::vector<TableTime> at;
    TableTime refuse_until{0};
    std::uint32_t rounds = 0;
    Error last;
  };

  [[nodiscard]] Engine* active(std::string_view key);
  [[nodiscard]] Engine* idle_longest();
  [[nodiscard]] std::uint32_t processes() const;
  [[nodiscard]] bool any_stopping() const;
  void join(TableTime now, Engine& engine, RequestId request, Effects& out);
  void grant(Engine& engine, RequestId request, Effects& out);
  void refuse(RequestId request, Refusal why, Effects& out, Error error = {},
              std::chrono::milliseconds retry = {});
  void refuse_all(Engine& engine, Refusal why, Effects& out, const Error& error = {},
                  std::chrono::milliseconds retry = {});
  void become_idle(TableTime now, Engine& engine, Effects& out);
  void stop(Engine& engine, Effects& out);
  void note_failure(TableTime now, const std::string& key, const Error& error);
  void admit(TableTime now, Effects& out);
  [[nodiscard]] bool has_predecessor(std::string_view key) const;
  enum class Admission { started, waits, waits_for_its_predecessor, refused };
  Admission admit_one(TableTime now, Engine& engine, Effects& out);
  void drop(EngineId engine) { engines_.erase(engine); }

  TableLimits limits_;
  std::map<EngineId, Engine> engines_;  ///< By id: queued ones are served in this order.
  std::map<RequestId, EngineId> requests_;
  std::map<std::string, Failures, std::less<>> failures_;
  std::optional<std::uint64_t> available_;
  TableCounters counters_;
  EngineId next_id_ = 1;
  bool closing_ = false;
};

}  // namespace localscale::engine
