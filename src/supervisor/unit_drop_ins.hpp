#pragma once

#include <map>
#include <string>

#include "config/config.hpp"
#include "config/layout.hpp"

namespace localscale::supervisor {

/// What the config adds to the packaged systemd units: the port of localscale.socket, the place of
/// localscale-admin.socket, and the folders outside of the service's own that localscale.service may write.
/// Name below the units' folder -> text.
std::map<std::string, std::string> unit_drop_ins(const config::Config& config, const config::Layout& layout);

}  // namespace localscale::supervisor
