#pragma once

#include <memory>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"
#include "net/tls.hpp"

namespace localscale::house {

/// The certificate that the LAN door shows: made by the home's own CA and kept in STATE/house/tls.
Result<std::shared_ptr<net::TlsServerContext>> lan_certificate(const config::Layout& layout,
                                                               const config::Config& config);

}  // namespace localscale::house
