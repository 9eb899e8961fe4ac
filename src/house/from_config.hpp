#pragma once

#include "config/config.hpp"
#include "gateway/options.hpp"
#include "net/server.hpp"

/// What the parts of the house take from the config.
namespace localscale::house {

net::Limits limits_from(const config::Config& config);
gateway::Options options_from(const config::Config& config);

}  // namespace localscale::house
