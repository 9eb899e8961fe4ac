#pragma once

#include <vector>

#include "base/unique_fd.hpp"
#include "engine/launcher.hpp"
#include "engine/supervisor_link.hpp"

namespace localscale::wire {
class ConfigFile;
class Failure;
class LaunchWorker;
class Load;
class SupervisorRequest;
class WorkerExited;
}  // namespace localscale::wire

/// Between the messages on the wire and our own types.
namespace localscale::engine {

wire::LaunchWorker launch_order(const ServerSpec& spec);
wire::LaunchWorker launch_order(const BenchSpec& spec);
wire::SupervisorRequest config_order(const std::vector<config::Change>& changes);
/// Reads the file that came with it.
Result<ConfigText> config_from(const wire::ConfigFile& file, std::vector<UniqueFd> fds);
Error error_from(const wire::Failure& failure);
MachineLoad load_from(const wire::Load& load);
/// The shim reports an engine ended by a signal as exit code 128 + signal; here it is the signal again.
WorkerExit exit_from(const wire::WorkerExited& exited);

}  // namespace localscale::engine
