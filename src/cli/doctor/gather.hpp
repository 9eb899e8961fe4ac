#pragma once

#include <sys/types.h>

#include "cli/doctor/facts.hpp"
#include "cli/verb.hpp"

namespace localscale::cli::doctor {

/// Looks at this home and its machine. Changes nothing, and waits for nothing longer than some seconds, also
/// where the home is stuck.
Facts gather(const Context& context);

// The parts of gather().
ConfigFacts look_at_config(const std::filesystem::path& path, const Outcome<config::Config>& config);
HomeFacts look_at_home(const Home& home);
/// Also asks the engine for the devices that it can use.
ToolFacts look_at_tools(const config::Config& config, GpuFacts& gpu);
GpuFacts look_at_gpu(const config::Config& config);
/// `supervisor`: its process, whose control group counts; 0: this process stands for it. `connections`: of
/// the API at one time.
LimitFacts look_at_limits(std::uint64_t connections, pid_t supervisor);
std::vector<PortFacts> look_at_ports(const config::Config& config, const HomeFacts& home);
std::vector<DiskFacts> look_at_disks(const config::Config& config, const config::Layout& layout);
ClockFacts look_at_clock();
/// Asks `localscaled --inspect`, which knows the store and the certificate.
StoreFacts look_at_store(const std::filesystem::path& config_path, CertificateFacts& certificate);

}  // namespace localscale::cli::doctor
