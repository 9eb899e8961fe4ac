#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"
#include "house/machine_names.hpp"
#include "net/tls.hpp"

namespace localscale::house {

/// The names that devices on the LAN may call this home by: this machine's, and what the config adds.
std::vector<std::string> lan_names(const config::Lan& lan, const MachineNames& machine);

/// The certificate that the LAN door shows: made by the home's own CA and kept in STATE/house/tls.
Result<std::shared_ptr<net::TlsServerContext>> lan_certificate(const config::Layout& layout,
                                                               const config::Config& config,
                                                               const MachineNames& machine);

}  // namespace localscale::house
