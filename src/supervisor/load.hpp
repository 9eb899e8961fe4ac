#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "supervisor/power.hpp"
#include "wire/control.pb.h"

namespace localscale::supervisor {

/// Processor time in clock ticks since boot or since a process's start.
using Ticks = std::uint64_t;

/// The busy ticks (all but idle and waiting for disks) of the processors in `processors`, from /proc/stat's
/// text.
Ticks busy_ticks(std::string_view proc_stat, const std::vector<unsigned>& processors);

/// A field of /proc/meminfo's text in bytes; 0 if it is not there.
std::uint64_t meminfo_bytes(std::string_view meminfo, std::string_view field);

/// Own, user, system and reaped children's ticks from the text of /proc/PID/stat; 0 if it cannot be read.
Ticks process_ticks(std::string_view proc_pid_stat);

/// What the files of a version of control groups are called, and the file pages in its memory.stat.
struct MemoryFiles {
  std::string_view limit;
  std::string_view used;
  std::string_view active;
  std::string_view inactive;
};
inline constexpr MemoryFiles memory_files_v1{"memory.limit_in_bytes", "memory.usage_in_bytes",
                                             "total_active_file", "total_inactive_file"};
inline constexpr MemoryFiles memory_files_v2{"memory.max", "memory.current", "active_file", "inactive_file"};

struct MemoryLimit {
  std::uint64_t total = 0;  ///< 0: none.
  std::uint64_t left = 0;   ///< With file pages counted as free, as in MemAvailable.
};

/// What may be used by a process for which all of `groups` hold: its own and their parents.
MemoryLimit memory_limit(const std::vector<std::filesystem::path>& groups, const MemoryFiles& files);

/// Measures what this machine can still give. Reads /proc and the own cgroup; for one thread.
class LoadSensor {
 public:
  LoadSensor();

  /// What is known now. The first call has no earlier one to compare with and goes by the load of the last
  /// minute: an engine that spins on a busy machine is many times slower than one with a thread less.
  wire::Load sample();

 private:
  struct Snapshot {
    std::chrono::steady_clock::time_point at;
    Ticks busy = 0;
    Ticks own = 0;
  };

  double busy_by_others(const Snapshot& now);

  std::vector<unsigned> processors_;
  std::uint32_t cores_ = 1;
  std::optional<Snapshot> last_;
  double smoothed_ = 0;
  PowerSensor power_;
};

/// How many processes the kernel has killed for want of memory since boot (/proc/vmstat).
std::uint64_t out_of_memory_kills();

}  // namespace localscale::supervisor
