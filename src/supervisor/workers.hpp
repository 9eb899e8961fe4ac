#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "sandbox/child.hpp"
#include "supervisor/event_loop.hpp"
#include "supervisor/last_lines.hpp"
#include "supervisor/memory_groups.hpp"
#include "supervisor/roles.hpp"
#include "wire/control.pb.h"

namespace localscale::supervisor {

/// A worker that was started: its number and the descriptor for the house.
struct StartedWorker {
  std::uint64_t worker = 0;
  UniqueFd for_house;  ///< SERVER: the shim's channel. BENCH: the read end of llama-bench's output.
};

/// Starts, watches and ends engine workers. For one thread, on the loop that it is given.
class Workers {
 public:
  static constexpr std::size_t kMaxWorkers = 16;

  /// `memory_bytes`: the limit of each worker, where control groups allow one. `on_exit` hears of every end,
  /// also of those that were asked for.
  Workers(EventLoop& loop, const Home& home, std::uint64_t memory_bytes,
          std::function<void(const wire::WorkerExited&)> on_exit);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Errors: denied (path outside of the model folders), not_found, invalid_argument (options), exhausted
  /// (too many).
  Result<StartedWorker> launch(const wire::LaunchWorker& request);
  /// Errors: not_found.
  Result<void> stop(const wire::StopWorker& request);
  /// Asks all to end; those that do not are killed after 5 s.
  void stop_all();
  [[nodiscard]] bool empty() const { return workers_.empty(); }

 private:
  struct Worker;

  /// worker_programs() of this engine folder, asked anew when the folder's time changed.
  Result<std::vector<sandbox::Mount>> programs();
  Result<WorkerFiles> check_files(const wire::LaunchWorker& request) const;
  Result<StartedWorker> start(sandbox::Confinement confinement, const WorkerFiles& files, bool bench);
  void stop(Worker& worker, bool force);
  void read_errors(Worker& worker);
  void ended(std::uint64_t id);

  EventLoop& loop_;
  const Home& home_;
  std::function<void(const wire::WorkerExited&)> on_exit_;
  MemoryGroups memory_;
  std::map<std::uint64_t, std::unique_ptr<Worker>> workers_;
  std::uint64_t last_id_ = 0;
  std::vector<sandbox::Mount> programs_;
  std::filesystem::file_time_type programs_time_;
};

}  // namespace localscale::supervisor
