#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"
#include "house/machine_names.hpp"
#include "net/tls.hpp"

namespace localscale::house {

/// The names that devices on the LAN may call this home by: this machine's, and what the config adds.
std::vector<std::string> lan_names(const config::Lan& lan, const MachineNames& machine);

/// Where devices reach the LAN door that listens at `door` ("https://0.0.0.0:7443/"): its addresses, then its
/// names, each as a URL. `door` itself where nothing better is known.
std::vector<std::string> lan_urls(std::string_view door, const config::Lan& lan, const MachineNames& machine);

/// What the LAN door shows, and what devices pin.
struct LanCertificate {
  std::shared_ptr<net::TlsServerContext> tls;
  std::filesystem::path ca_file;
  std::string ca_sha256;
};

/// The certificate that the LAN door shows: made by the home's own CA and kept in STATE/house/tls.
Result<LanCertificate> lan_certificate(const config::Layout& layout, const config::Config& config,
                                       const MachineNames& machine);

}  // namespace localscale::house
