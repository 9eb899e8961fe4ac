#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/doctor/gather.hpp"
#include "cli/doctor/run_program.hpp"
#include "cli/supervisor_process.hpp"

/// The engine, the GPU and what the kernel allows.
namespace localscale::cli::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience_with_engine{10};

/// The first line that begins with `start`, without it.
std::string line_after(const std::string& text, std::string_view start) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(start)) return line.substr(start.size());
  }
  return {};
}

std::string last_line(const std::string& text) {
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

/// What follows "Available devices:", a device a line.
std::vector<std::string> devices_in(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  bool listing = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Available devices:")) {
      listing = true;
    } else if (listing && line.starts_with("  ") && line.find("(none)") == std::string::npos) {
      out.push_back(one_line(line.substr(2)));
    }
  }
  return out;
}

/// The control group of `process` below the root of its hierarchy; empty if it is in none. `controller` is
/// empty for version 2.
fs::path group_of(pid_t process, const std::string& controller) {
  std::ifstream in(process == 0 ? std::string("/proc/self/cgroup") : fmt::format("/proc/{}/cgroup", process));
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool is_it = controller.empty() ? controllers == ",,"
                                          : controllers.find("," + controller + ",") != std::string::npos;
    if (is_it) return fs::path(line.substr(second + 1)).relative_path();
  }
  return {};
}

bool lists(const fs::path& file, std::string_view word) {
  std::ifstream in(file);
  for (std::string one; in >> one;) {
    if (one == word) return true;
  }
  return false;
}

std::string why_no_groups_of_version_2(const fs::path& root, const fs::path& below) {
  const fs::path own = root / below;
  // A running supervisor has divided its group and sits in a leaf of it.
  if (own.filename() == "supervisor" && lists(own.parent_path() / "cgroup.subtree_control", "memory"))
    return {};
  if (!lists(own / "cgroup.controllers", "memory") || access(own.c_str(), W_OK) != 0 ||
      access((own / "cgroup.procs").c_str(), W_OK) != 0)
    return fmt::format("the control group {} is not delegated with its memory controller", own.string());
  return {};
}

/// Why engines would get no group of their own.
std::string why_no_groups(pid_t supervisor) {
  std::error_code error;
  const fs::path version_1 = "/sys/fs/cgroup/memory";
  if (fs::exists(version_1 / "memory.limit_in_bytes", error)) {
    const fs::path own = version_1 / group_of(supervisor, "memory");
    if (access(own.c_str(), W_OK) == 0) return {};
    return fmt::format("the control group {} cannot be divided by this user", own.string());
  }
  const fs::path version_2 = "/sys/fs/cgroup";
  if (!fs::exists(version_2 / "cgroup.controllers", error)) return "this machine has no control groups";
  return why_no_groups_of_version_2(version_2, group_of(supervisor, ""));
}

/// Why this user cannot make the namespaces of a confinement; tried in a child.
std::string why_no_namespaces() {
  const pid_t child = fork();
  if (child < 0) return std::strerror(errno);  // NOLINT(concurrency-mt-unsafe): one thread
  if (child == 0) {
    const int own_users = geteuid() == 0 ? 0 : CLONE_NEWUSER;
    _exit(unshare(own_users | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID) == 0 ? 0 : errno);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return "the attempt failed";
  const int error = WEXITSTATUS(status);
  return error == 0 ? std::string() : std::strerror(error);  // NOLINT(concurrency-mt-unsafe)
}

int landlock_version() {
#ifdef SYS_landlock_create_ruleset
  constexpr unsigned ask_version = 1;
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_version);
  return version > 0 ? static_cast<int>(version) : 0;
#else
  return 0;
#endif
}

std::vector<std::string> missing_programs(const fs::path& engine) {
  std::vector<std::string> out;
  for (const char* name : {"llama-server", "llama-bench"}) {
    const fs::path program = engine / name;
    if (access(program.c_str(), X_OK) != 0) out.push_back(program.string());
  }
  for (const char* name : {"localscale-supervisor", "localscaled", "localscale-fetcher", "localscale-shim",
                           "localscale-escape-probe"}) {
    if (!sibling_program(name)) out.emplace_back(name);
  }
  return out;
}

}  // namespace

ToolFacts look_at_tools(const config::Config& config, GpuFacts& gpu) {
  ToolFacts facts{.folder = config.engine.directory.string(),
                  .missing = missing_programs(config.engine.directory)};
  const fs::path server = config.engine.directory / "llama-server";
  if (access(server.c_str(), X_OK) != 0) return facts;
  const auto version = run_program(server, {"--version"}, patience_with_engine);
  if (!version) {
    facts.error = version.error().message();
    return facts;
  }
  const std::string said = version->output + version->errors;
  if (version->status != 0) {
    facts.error = one_line(fmt::format("it ended with status {}: {}", version->status, last_line(said)));
    return facts;
  }
  facts.version = one_line(line_after(said, "version: "));
  if (facts.version.empty()) facts.version = "it tells no version";
  if (const auto devices = run_program(server, {"--list-devices"}, patience_with_engine);
      devices && devices->status == 0) {
    gpu.engine_asked = true;
    gpu.engine_devices = devices_in(devices->output + devices->errors);
  }
  return facts;
}

GpuFacts look_at_gpu(const config::Config& config) {
  GpuFacts facts{.layers = config.engine.gpu_layers};
  std::error_code error;
  const auto take = [&](const fs::path& folder, auto&& wanted) {
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (wanted(at->path().filename().string())) facts.devices.push_back(at->path().string());
    }
  };
  take("/dev", [](const std::string& name) {
    return name == "kfd" ||
           (name.starts_with("nvidia") && name.size() > 6 && name[6] >= '0' && name[6] <= '9');
  });
  take("/dev/dri", [](const std::string& name) { return name.starts_with("renderD"); });
  std::ranges::sort(facts.devices);
  return facts;
}

LimitFacts look_at_limits(std::uint64_t connections, pid_t supervisor) {
  constexpr std::uint64_t other_files = 1024;  // As the supervisor counts: the database, models, channels.
  LimitFacts facts;
  rlimit files{};
  const bool known = supervisor != 0 ? prlimit(supervisor, RLIMIT_NOFILE, nullptr, &files) == 0
                                     : getrlimit(RLIMIT_NOFILE, &files) == 0;
  if (!known && getrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_max = 0;
  facts.files_allowed = files.rlim_max;
  facts.files_wanted = connections * 2 + other_files;
  facts.memory_groups = why_no_groups(supervisor);
  facts.namespaces_error = why_no_namespaces();
  facts.seccomp = prctl(PR_GET_SECCOMP) >= 0 && lists("/proc/sys/kernel/seccomp/actions_avail", "errno");
  facts.landlock = landlock_version();
  return facts;
}

}  // namespace localscale::cli::doctor
