#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "engine/model.hpp"
#include "net/http.hpp"
#include "net/upstream.hpp"

/// What the gateway needs from models and engines. The real service lives in engine/, tests use fakes.
namespace localscale::engine {

/// A file in a model folder that can't be offered, and why.
struct Problem {
  std::filesystem::path file;
  Error error;
  std::string name = {};  ///< The model's, where the file alone is wrong.
};

/// What copying a model onto a name that is in use does.
enum class WhenTaken {
  replace,  ///< As Ollama does: a file of our own store that no name needs any more is deleted.
  refuse,   ///< Fails with conflict.
};

/// The models this home knows. All calls on the house's executor.
class Catalog {
 public:
  virtual ~Catalog() = default;
  [[nodiscard]] virtual std::vector<Model> list() = 0;
  /// What lies in the model folders and is not in list().
  [[nodiscard]] virtual std::vector<Problem> problems() = 0;
  /// `name` == `name:latest`; also takes a digest ("sha256:…") or an unambiguous prefix of one (12+ digits).
  /// Fails with what is wrong with it where the model is here but damaged.
  [[nodiscard]] virtual Result<Model> find(std::string_view name) = 0;
  /// Gives the model a further name; `taken` says what happens where another model of any store has that
  /// name.
  virtual Result<void> copy(std::string_view from, std::string_view to, WhenTaken taken) = 0;
  /// Forgets the name; deletes the file when no other name needs it. Only our own store.
  virtual Result<void> remove(std::string_view name) = 0;
};

/// Progress of a load or a pull.
struct Progress {
  std::string status;  ///< "loading", "measuring", "pulling sha256:…".
  std::string digest;
  std::uint64_t total_bytes = 0;
  std::uint64_t completed_bytes = 0;
  std::uint64_t bytes_per_second = 0;
  /// Of a load: since this request began to wait. The engine does not tell how far it is.
  std::chrono::milliseconds elapsed{0};
};
using ProgressSink = std::function<net::Task<void>(const Progress&)>;

/// A loaded model, held in memory at least as long as the lease lives.
class Lease {
 public:
  virtual ~Lease() = default;
  [[nodiscard]] virtual const Model& model() const = 0;
  /// The connection of this lease to the engine; closing it (destroying the lease) stops the generation.
  [[nodiscard]] virtual net::Upstream& upstream() = 0;
  /// Why the engine went away, once an upstream call failed: the text for the client's error.
  [[nodiscard]] virtual net::Task<Error> explain_failure(Error upstream_error) = 0;
  [[nodiscard]] virtual std::chrono::nanoseconds load_duration() const = 0;  ///< 0 if it was loaded already.
};

struct LoadOptions {
  std::optional<std::chrono::seconds> keep_alive;  ///< Negative: for ever; zero: unload after this use.
  ProgressSink progress{};                         ///< May be empty.
  /// Per slot; 0: as configured. A model that was loaded for fewer is loaded anew once its answers are done.
  std::uint32_t context_tokens = 0;
};

struct Loaded {
  Model model;
  std::uint64_t memory_bytes = 0;
  std::uint64_t gpu_memory_bytes = 0;
  std::uint32_t context_tokens = 0;  ///< Per slot.
  std::uint32_t threads = 0;
  std::int64_t expires_unix_s = 0;  ///< 0: never.
  std::uint32_t in_use = 0;
  std::string state;  ///< "loading", "ready", "stopping", "failed".
};

/// Counted since the start, for /metrics.
struct EngineMetrics {
  std::uint64_t loads = 0;
  std::uint64_t evictions = 0;
  std::uint64_t expiries = 0;
  std::uint64_t crashes = 0;
  std::uint64_t refusals = 0;
  std::uint64_t measurements = 0;
  std::uint64_t load_ms_total = 0;
  std::uint64_t load_ms_last = 0;
};

class Engines {
 public:
  virtual ~Engines() = default;
  /// Loads the model if needed (evicting the least recently used idle ones) and connects.
  /// Fails with not_found, exhausted (does not fit: the numbers are in the message), unavailable, corrupt.
  virtual net::Task<Result<std::unique_ptr<Lease>>> acquire(std::string_view model, LoadOptions options) = 0;
  [[nodiscard]] virtual std::vector<Loaded> loaded() const = 0;
  /// Unloads once its running answers are done; not_found if it is not loaded.
  virtual net::Task<Result<void>> unload(std::string_view model) = 0;
  [[nodiscard]] virtual EngineMetrics metrics() const = 0;
};

/// One pull as lists and events tell of it.
struct PullState {
  enum class Step { running, paused, failed, done };
  std::string name;  ///< Canonical: "llama3.2:1b".
  Step step = Step::running;
  Progress progress{};    ///< The newest of a running pull; else how much of how much lies here.
  std::string message{};  ///< Why it failed and what to do; else empty.
};

/// Asks the fetcher for models by name.
class Puller {
 public:
  virtual ~Puller() = default;
  /// Resumes what an earlier pull left. Cancelling the coroutine cancels the pull.
  /// Two pulls of one name share one download.
  virtual net::Task<Result<void>> pull(std::string_view name, ProgressSink progress) = 0;
  /// The same without anybody who waits: it goes on until its end, pause() or the home's end. Gives the
  /// canonical name. Fails with invalid_argument or unavailable.
  virtual Result<std::string> start(std::string_view name) = 0;
  /// Ends the pull for everybody who waits for it; what arrived is kept. Fails with not_found.
  virtual Result<void> pause(std::string_view name) = 0;
  /// Running ones, those that wait to be gone on with, and failed ones that nobody waited for. By name.
  [[nodiscard]] virtual std::vector<PullState> pulls() const = 0;
  /// Called at each step of every pull; replaces the handler before. May be empty.
  using ChangeHandler = std::function<void(const PullState&)>;
  virtual void on_change(ChangeHandler handler) = 0;
};

}  // namespace localscale::engine
