#include "house/lan_certificate.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <spdlog/spdlog.h>

#include "net/home_ca.hpp"

namespace localscale::house {
namespace {

/// Behind the walls this process's own host name says nothing.
std::string host_name(const MachineNames& machine) {
  return machine.empty() ? "localscale" : machine.front();
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::vector<std::string> lan_names(const config::Lan& lan, const MachineNames& machine) {
  std::vector<std::string> names = {host_name(machine)};
  if (names[0].find('.') == std::string::npos) names.push_back(names[0] + ".local");
  if (!machine.empty()) names.insert(names.end(), machine.begin() + 1, machine.end());
  if (lan.address != "0.0.0.0" && lan.address != "::") names.push_back(lan.address);
  names.insert(names.end(), lan.names.begin(), lan.names.end());
  std::vector<std::string> once;
  for (auto& name : names) {
    if (std::ranges::find(once, name) == once.end()) once.push_back(std::move(name));
  }
  return once;
}

Result<std::shared_ptr<net::TlsServerContext>> lan_certificate(const config::Layout& layout,
                                                               const config::Config& config,
                                                               const MachineNames& machine) {
  const auto identity = net::open_lan_identity(layout.house / "tls", host_name(machine),
                                               lan_names(config.lan, machine), unix_now());
  if (!identity) return tl::unexpected(identity.error());
  spdlog::info("LAN certificate: pin the home's CA by its SHA-256 {}", identity->ca_fingerprint);
  return net::TlsServerContext::make(identity->server.certificate_pem, identity->server.key_pem);
}

}  // namespace localscale::house
