#pragma once

#include "engine/launcher.hpp"

namespace localscale::wire {
class Failure;
class LaunchWorker;
class Load;
class WorkerExited;
}  // namespace localscale::wire

/// Between the messages on the wire and our own types.
namespace localscale::engine {

wire::LaunchWorker launch_order(const ServerSpec& spec);
wire::LaunchWorker launch_order(const BenchSpec& spec);
Error error_from(const wire::Failure& failure);
MachineLoad load_from(const wire::Load& load);
/// The shim reports an engine ended by a signal as exit code 128 + signal; here it is the signal again.
WorkerExit exit_from(const wire::WorkerExited& exited);

}  // namespace localscale::engine
