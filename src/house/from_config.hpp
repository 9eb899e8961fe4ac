#pragma once

#include "config/config.hpp"
#include "gateway/options.hpp"
#include "house/machine_names.hpp"
#include "net/server.hpp"

/// What the parts of the house take from the config.
namespace localscale::house {

net::Limits limits_from(const config::Config& config);
gateway::LiveOptions live_options_from(const config::Config& config);
gateway::Options options_from(const config::Config& config, const MachineNames& machine);

}  // namespace localscale::house
