#include <fmt/format.h>

#include "base/bytes.hpp"
#include "cli/doctor/judge.hpp"

/// The machine: tools, limits, ports, disks, GPU, clock.
namespace localscale::cli::doctor {
namespace {

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

void judge_walls_means(const LimitFacts& limits, std::vector<Finding>& out) {
  if (limits.namespaces_error.empty()) {
    out.push_back({"limits", Level::ok, "Namespaces can be made: processes can be shut in.", ""});
  } else {
    out.push_back(
        {"limits", Level::failure,
         fmt::format("No namespaces can be made ({}), so nothing can be shut in.", limits.namespaces_error),
         "Allow them: sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces above 0; "
         "in a container, allow it there; or run Localscale as root or from its package."});
  }
  out.push_back(limits.seccomp
                    ? Finding{"limits", Level::ok, "The kernel filters system calls (seccomp).", ""}
                    : Finding{"limits", Level::failure, "The kernel cannot filter system calls (no seccomp).",
                              "Use a kernel with CONFIG_SECCOMP_FILTER, as Debian's has."});
  out.push_back({"limits", Level::ok,
                 limits.landlock > 0
                     ? fmt::format("Landlock is there (version {}): a second wall.", limits.landlock)
                     : std::string("Landlock is not there: the second wall is missing, the first ones stand "
                                   "without it."),
                 ""});
}

}  // namespace

void judge_tools(const ToolFacts& tools, std::vector<Finding>& out) {
  if (!tools.missing.empty()) {
    out.push_back(
        {"tools", Level::failure, fmt::format("Missing: {}.", joined(tools.missing)),
         "Install or build Localscale again, or set engine.directory to the folder with llama-server."});
  }
  if (!tools.error.empty()) {
    out.push_back(
        {"tools", Level::failure,
         fmt::format("llama-server in {} does not run: {}", tools.folder, tools.error),
         "Build the engine for this machine (./dev build), or set engine.directory to one that runs."});
  } else if (!tools.version.empty()) {
    out.push_back({"tools", Level::ok, fmt::format("llama-server runs ({}).", tools.version), ""});
  }
}

void judge_limits(const LimitFacts& limits, std::vector<Finding>& out) {
  if (limits.files_allowed < limits.files_wanted) {
    out.push_back({"limits", Level::warning,
                   fmt::format("A process may open {} files; all of api.max_connections need {}.",
                               limits.files_allowed, limits.files_wanted),
                   "Raise it (LimitNOFILE= in the unit, or ulimit -Hn), or lower api.max_connections."});
  } else {
    out.push_back(
        {"limits", Level::ok, fmt::format("A process may open {} files.", limits.files_allowed), ""});
  }
  if (limits.memory_groups.empty()) {
    out.push_back({"limits", Level::ok, "Each engine gets a memory limit of its own.", ""});
  } else {
    out.push_back(
        {"limits", Level::warning,
         fmt::format("Engines get no memory limit of their own: {}. One that runs away takes memory "
                     "from everything else.",
                     limits.memory_groups),
         "Start Localscale by its systemd unit (Delegate=yes), or as root."});
  }
  judge_walls_means(limits, out);
}

void judge_port(const PortFacts& port, std::vector<Finding>& out) {
  const std::string held = port.holder.empty() ? "a program that this user cannot see" : port.holder;
  if (!port.error.empty()) {
    out.push_back({"ports", port.wanted ? Level::failure : Level::ok,
                   fmt::format("Port {} could not be tried: {}", port.port, port.error),
                   port.wanted ? fmt::format("Change {} in the config.", port.key) : ""});
  } else if (port.ours) {
    out.push_back({"ports", Level::ok, fmt::format("Port {} is this home's.", port.port), ""});
  } else if (port.free) {
    out.push_back({"ports", Level::ok, fmt::format("Port {} is free.", port.port), ""});
  } else if (port.wanted) {
    out.push_back({"ports", Level::failure, fmt::format("Port {} is held by {}.", port.port, held),
                   fmt::format("Stop that program, or change {} in the config.", port.key)});
  } else {
    out.push_back({"ports", Level::ok,
                   fmt::format("Port {} is held by {}; the config does not ask for it.", port.port, held),
                   ""});
  }
}

void judge_disk(const DiskFacts& disk, std::vector<Finding>& out) {
  const std::string where = fmt::format("The {} folder {}", disk.what, disk.path);
  if (!disk.error.empty()) {
    out.push_back({"disk", Level::failure, fmt::format("{} cannot be looked at: {}", where, disk.error),
                   "Check that it is mounted and belongs to the user who runs Localscale."});
  } else if (!disk.writable) {
    out.push_back({"disk", Level::failure, where + " cannot be written.",
                   "Run this as its owner or as root; check that its disk is not mounted read-only."});
  } else if (disk.free_bytes < disk.wanted_bytes) {
    out.push_back({"disk", Level::warning,
                   fmt::format("{} has {} free; {} should stay free.", where, human_bytes(disk.free_bytes),
                               human_bytes(disk.wanted_bytes)),
                   "Make room: localscale rm MODEL, or move the models with models.directory."});
  } else {
    out.push_back(
        {"disk", Level::ok, fmt::format("{} has {} free.", where, human_bytes(disk.free_bytes)), ""});
  }
}

void judge_gpu(const GpuFacts& gpu, std::vector<Finding>& out) {
  const bool usable = !gpu.engine_devices.empty();
  if (usable) {
    out.push_back({"gpu", Level::ok,
                   fmt::format("The engine can use {}{}", joined(gpu.engine_devices),
                               gpu.layers > 0 ? "." : "; engine.gpu_layers = 0 leaves it unused."),
                   ""});
  } else if (gpu.layers > 0) {
    out.push_back(
        {"gpu", Level::warning,
         fmt::format("engine.gpu_layers is {}, but {}.", gpu.layers,
                     gpu.devices.empty() ? "this machine has no GPU that can be seen"
                                         : "the engine cannot use this machine's GPU"),
         "Set engine.gpu_layers = 0, or engine.directory to an engine that was built for the GPU (and "
         "check its driver)."});
  } else if (gpu.devices.empty()) {
    out.push_back({"gpu", Level::ok, "No GPU was found: models run on the processor.", ""});
  } else {
    out.push_back({"gpu", Level::ok,
                   fmt::format("A GPU is there ({}), which this engine was not built for: models run on the "
                               "processor.",
                               joined(gpu.devices)),
                   ""});
  }
}

void judge_clock(const ClockFacts& clock, std::vector<Finding>& out) {
  constexpr std::int64_t one_day_s = 86'400;
  if (clock.now_unix_s + one_day_s < clock.program_unix_s) {
    out.push_back({"clock", Level::failure,
                   "The clock is behind: it shows a day before this program was made.",
                   "Set the clock; certificates and downloads fail with a wrong one."});
  } else if (clock.synchronised == false) {
    out.push_back({"clock", Level::warning, "No time service keeps the clock right.",
                   "Switch one on: timedatectl set-ntp true (package systemd-timesyncd)."});
  } else {
    out.push_back({"clock", Level::ok, "The clock is plausible.", ""});
  }
}

}  // namespace localscale::cli::doctor
