#include "supervisor/load.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <sched.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "supervisor/control_groups.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr double kNewWeight =
    0.5;  // Of a new sample against the smoothed past: half after 2 s, 94 % after 8 s.

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> result;
  while (!line.empty()) {
    const auto start = line.find_first_not_of(" \t\n");
    if (start == std::string_view::npos) break;
    const auto end = std::min(line.find_first_of(" \t\n", start), line.size());
    result.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
  return result;
}

std::uint64_t number(const std::vector<std::string_view>& fields, std::size_t index) {
  return index < fields.size() ? parse_u64(fields[index]).value_or(0) : 0;
}

std::vector<unsigned> own_processors() {
  std::vector<unsigned> result;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return {0};
  for (unsigned i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) result.push_back(i);
  }
  return result;
}

/// A limit holds for all groups below it: the own group and its parents.
std::vector<fs::path> with_parents(fs::path group) {
  std::vector<fs::path> groups;
  while (group.native().size() >= std::string_view("/sys/fs/cgroup").size()) {
    groups.push_back(group);
    group = group.parent_path();
  }
  return groups;
}

/// The least of what `read` says of the groups (0 = none).
template <class Read>
std::uint64_t least_of(const std::vector<fs::path>& groups, Read read) {
  std::uint64_t least = 0;
  for (const fs::path& group : groups) {
    const std::uint64_t here = read(group);
    if (here > 0 && (least == 0 || here < least)) least = here;
  }
  return least;
}

/// The processor quota in thousandths of a core; 0 if there is none.
std::uint64_t quota_permille() {
  const auto of_v2 = [](const fs::path& group) -> std::uint64_t {
    const std::string text = read_text(group / "cpu.max");
    const auto fields = words(text);
    const auto period = number(fields, 1);
    return period == 0 ? 0 : number(fields, 0) * 1000 / period;  // "max 100000" gives 0.
  };
  const auto of_v1 = [](const fs::path& group) -> std::uint64_t {
    const std::string quota = read_text(group / "cpu.cfs_quota_us");  // "-1" parses as nothing.
    const std::string period = read_text(group / "cpu.cfs_period_us");
    const auto length = number(words(period), 0);
    return length == 0 ? 0 : number(words(quota), 0) * 1000 / length;
  };
  const auto v2 = least_of(with_parents(own_cgroup("")), of_v2);
  return v2 > 0 ? v2 : least_of(with_parents(own_cgroup("cpu")), of_v1);
}

/// Of a group's file pages, which the kernel drops before it kills: mapped weights are among them.
std::uint64_t file_bytes(const fs::path& group, const MemoryFiles& files) {
  const std::string text = read_text(group / "memory.stat");
  std::uint64_t bytes = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto fields = words(take_line(rest));
    if (fields.size() == 2 && (fields[0] == files.active || fields[0] == files.inactive))
      bytes += number(fields, 1);
  }
  return bytes;
}

MemoryLimit own_memory_limit() {
  const auto v2 = memory_limit(with_parents(own_cgroup("")), memory_files_v2);
  return v2.total > 0 ? v2 : memory_limit(with_parents(own_cgroup("memory")), memory_files_v1);
}

/// This process and all that descend from it. Each counts what it has reaped, so the sum never falls much.
Ticks own_ticks(const std::string& pid) {
  Ticks sum = process_ticks(read_text("/proc/" + pid + "/stat"));
  std::error_code error;
  for (const auto& task : fs::directory_iterator("/proc/" + pid + "/task", error)) {
    const std::string children = read_text(task.path() / "children");
    for (const auto child : words(children)) sum += own_ticks(std::string(child));
  }
  return sum;
}

/// Whole cores that were busy in the last minute: what to expect before two readings can be compared.
double cores_busy_of_late(std::uint32_t cores) {
  double average = 0;
  if (::getloadavg(&average, 1) != 1) return 0;
  return std::min(std::floor(average), static_cast<double>(cores));
}

}  // namespace

Ticks busy_ticks(std::string_view proc_stat, const std::vector<unsigned>& processors) {
  Ticks busy = 0;
  while (!proc_stat.empty()) {
    const auto fields = words(take_line(proc_stat));
    if (fields.empty() || !fields[0].starts_with("cpu") || fields[0].size() == 3) continue;
    const auto processor = parse_u64(fields[0].substr(3));
    if (!processor || std::find(processors.begin(), processors.end(), *processor) == processors.end())
      continue;
    // user nice system idle iowait irq softirq steal; guest time is part of user.
    for (const std::size_t field : {1U, 2U, 3U, 6U, 7U, 8U}) busy += number(fields, field);
  }
  return busy;
}

std::uint64_t meminfo_bytes(std::string_view meminfo, std::string_view field) {
  while (!meminfo.empty()) {
    const auto fields = words(take_line(meminfo));
    if (fields.size() >= 2 && fields[0].substr(0, fields[0].size() - 1) == field)
      return number(fields, 1) * 1024;
  }
  return 0;
}

Ticks process_ticks(std::string_view proc_pid_stat) {
  // The name, in parentheses, may hold anything: count from its end. There fields 14 to 17 of the manual
  // begin at 11.
  const auto name_end = proc_pid_stat.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  const auto fields = words(proc_pid_stat.substr(name_end + 1));
  return number(fields, 11) + number(fields, 12) + number(fields, 13) + number(fields, 14);
}

MemoryLimit memory_limit(const std::vector<fs::path>& groups, const MemoryFiles& files) {
  constexpr std::uint64_t no_limit = 1ULL << 60;  // Version 1 says a page-rounded 2^63.
  MemoryLimit least;
  for (const fs::path& group : groups) {
    const std::string limit_text = read_text(group / files.limit);  // "max" parses as nothing.
    const std::uint64_t limit = number(words(limit_text), 0);
    if (limit == 0 || limit >= no_limit) continue;
    const std::string used_text = read_text(group / files.used);
    const std::uint64_t used = number(words(used_text), 0);
    const std::uint64_t held = used - std::min(used, file_bytes(group, files));
    const std::uint64_t left = limit - std::min(limit, held);
    least.left = least.total == 0 ? left : std::min(least.left, left);
    least.total = least.total == 0 ? limit : std::min(least.total, limit);
  }
  return least;
}

LoadSensor::LoadSensor() : processors_(own_processors()) {
  const std::uint64_t quota = quota_permille();
  const auto available = static_cast<std::uint32_t>(processors_.size());
  cores_ = quota == 0 ? available : std::clamp(static_cast<std::uint32_t>(quota / 1000), 1U, available);
}

double LoadSensor::busy_by_others(const Snapshot& now) {
  if (!last_) return 0;
  const double seconds = std::chrono::duration<double>(now.at - last_->at).count();
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (seconds <= 0 || ticks_per_second <= 0) return smoothed_;
  const auto grown = [](Ticks after, Ticks before) {
    return after > before ? static_cast<double>(after - before) : 0.0;
  };
  const double others = grown(now.busy, last_->busy) - grown(now.own, last_->own);
  return std::clamp(others / ticks_per_second / seconds, 0.0, static_cast<double>(processors_.size()));
}

wire::Load LoadSensor::sample() {
  const Snapshot now{std::chrono::steady_clock::now(), busy_ticks(read_text("/proc/stat"), processors_),
                     own_ticks("self")};
  smoothed_ =
      last_ ? smoothed_ * (1 - kNewWeight) + busy_by_others(now) * kNewWeight : cores_busy_of_late(cores_);
  last_ = now;
  const std::string meminfo = read_text("/proc/meminfo");
  const MemoryLimit limit = own_memory_limit();
  std::uint64_t total = meminfo_bytes(meminfo, "MemTotal");
  std::uint64_t available = meminfo_bytes(meminfo, "MemAvailable");
  if (limit.total > 0) {
    total = std::min(total, limit.total);
    available = std::min(available, limit.left);
  }
  wire::Load load;
  load.set_cores(cores_);
  load.set_busy_by_others_permille(static_cast<std::uint32_t>(std::lround(smoothed_ * 1000)));
  load.set_memory_total_bytes(total);
  load.set_memory_available_bytes(available);
  const PowerReading power = power_.read(now.at);
  if (power.watts) load.set_power_milliwatts(static_cast<std::uint32_t>(std::lround(*power.watts * 1000)));
  load.set_power_note(power.note);
  return load;
}

std::uint64_t out_of_memory_kills() {
  const std::string text = read_text("/proc/vmstat");
  for (std::string_view rest = text; !rest.empty();) {
    const auto fields = words(take_line(rest));
    if (fields.size() == 2 && fields[0] == "oom_kill") return number(fields, 1);
  }
  return 0;
}

}  // namespace localscale::supervisor
