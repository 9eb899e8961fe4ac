#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/http.hpp"

/// How the engine manager starts processes. The real launcher asks the supervisor (supervisor_link.hpp);
/// tests fork.
namespace localscale::engine {

enum class CacheType { f16, f32, q8_0 };

/// "f16", "f32", "q8_0": as the engine's command line writes it.
std::string_view name(CacheType type);

enum class Purpose { generate, embed, rerank };

/// The choices for one engine process; wire EngineOptions in our terms.
struct EngineSettings {
  std::uint32_t threads = 1;
  std::uint32_t context_tokens = 2048;  ///< Over all slots together.
  std::uint32_t micro_batch_tokens =
      128;  ///< Prompt tokens computed at once: a cancelled prompt ends after these.
  std::uint32_t batch_tokens = 128;
  bool flash_attention = true;
  CacheType cache_type = CacheType::f16;
  std::uint32_t slots = 1;
  Purpose purpose = Purpose::generate;
  std::string alias;
  std::uint32_t gpu_layers = 0;

  bool operator==(const EngineSettings&) const = default;
};

struct ServerSpec {
  std::filesystem::path model;
  std::filesystem::path projector;
  EngineSettings settings;
  std::vector<std::filesystem::path> more_parts{};  ///< The other files of a split model, in order.
};

/// One llama-bench run.
struct BenchSpec {
  std::filesystem::path model;
  EngineSettings settings;
  std::uint32_t prompt_tokens = 0;
  std::uint32_t generated_tokens = 0;
  std::uint32_t depth_tokens = 0;
  std::uint32_t repetitions = 1;
  std::vector<std::filesystem::path> more_parts{};  ///< As in ServerSpec.
};

/// How a worker ended.
struct WorkerExit {
  std::int32_t exit_code = 0;  ///< -1 if a signal ended it.
  std::int32_t signal = 0;
  bool out_of_memory = false;
  std::vector<std::string> last_lines;
  bool hung = false;  ///< The house ended it, as it gave no sign of life.
};

/// The machine as the supervisor sees it, about every 2 s.
struct MachineLoad {
  std::uint32_t cores = 1;
  double busy_by_others = 0;  ///< Cores that other programs keep busy.
  std::uint64_t memory_total_bytes = 0;
  std::uint64_t memory_available_bytes = 0;
  std::string engine{};           ///< Changes when the engine's files do; empty while unknown.
  std::optional<double> watts{};  ///< Of the processor and its memory; nothing where it cannot be read.
  std::string power_note{};       ///< For people: what is measured, or why nothing is.
};

/// One running worker. Destroying it ends the worker at once.
class Worker {
 public:
  virtual ~Worker() = default;
  /// A new connection to the engine's HTTP socket. Fails with unavailable while it does not listen yet.
  virtual net::Task<Result<UniqueFd>> connect() = 0;
  /// Asks it to end; `force` ends it at once. The exit handler is called when it has ended.
  virtual void stop(bool force) = 0;
};

using ExitHandler = std::function<void(const WorkerExit&)>;
using LoadHandler = std::function<void(const MachineLoad&)>;

/// Starts workers. All calls and handlers on one executor.
class WorkerLauncher {
 public:
  virtual ~WorkerLauncher() = default;
  /// Starts an engine; it listens a while later. `on_exit` is called once, unless the worker is destroyed
  /// before.
  virtual net::Task<Result<std::unique_ptr<Worker>>> launch_server(ServerSpec spec, ExitHandler on_exit) = 0;
  /// Runs llama-bench to its end and gives its JSON output (at most 1 MiB). Fails with timeout after `limit`,
  /// and then ends the worker. Cancelling the coroutine ends it, too.
  virtual net::Task<Result<std::string>> run_bench(BenchSpec spec, std::chrono::milliseconds limit) = 0;
  /// The newest reading; nullopt before the first.
  [[nodiscard]] virtual std::optional<MachineLoad> load() const = 0;
  /// Called at each new reading; replaces the handler before.
  virtual void on_load(LoadHandler handler) = 0;
};

}  // namespace localscale::engine
