#include "house/lan_certificate.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "net/home_ca.hpp"
#include "store/unix_clock.hpp"

namespace localscale::house {
namespace {

/// Behind the walls this process's own host name says nothing.
std::string host_name(const MachineNames& machine) {
  return machine.empty() ? "localscale" : machine.front();
}

/// What mDNS calls this machine, unless it has a full name.
std::string full_host_name(const MachineNames& machine) {
  const std::string name = host_name(machine);
  return name.find('.') == std::string::npos ? name + ".local" : name;
}

bool listens_everywhere(const config::Lan& lan) {
  return lan.address == "0.0.0.0" || lan.address == "::";
}

}  // namespace

std::vector<std::string> lan_names(const config::Lan& lan, const MachineNames& machine) {
  std::vector<std::string> names = {host_name(machine), full_host_name(machine)};
  if (!machine.empty()) names.insert(names.end(), machine.begin() + 1, machine.end());
  if (!listens_everywhere(lan)) names.push_back(lan.address);
  names.insert(names.end(), lan.names.begin(), lan.names.end());
  std::vector<std::string> once;
  for (auto& name : names) {
    if (std::ranges::find(once, name) == once.end()) once.push_back(std::move(name));
  }
  return once;
}

std::vector<std::string> lan_urls(std::string_view door, const config::Lan& lan,
                                  const MachineNames& machine) {
  const std::string scheme(door.substr(0, door.find("://") + 3));
  const std::string port(door.substr(door.rfind(':')));
  const bool ipv4_only = lan.address.find(':') == std::string::npos;
  std::vector<std::string> named;
  if (!listens_everywhere(lan)) {
    named.push_back(lan.address);
  } else if (!machine.empty()) {
    std::ranges::copy_if(
        machine.begin() + 1, machine.end(), std::back_inserter(named),
        [&](const std::string& address) { return !ipv4_only || address.find(':') == std::string::npos; });
  }
  named.insert(named.end(), lan.names.begin(), lan.names.end());
  if (!machine.empty() && listens_everywhere(lan)) named.push_back(full_host_name(machine));
  std::vector<std::string> urls;
  urls.reserve(named.size());
  for (const std::string& name : named) {
    const bool brackets = name.find(':') != std::string::npos;
    urls.push_back(fmt::format("{}{}{}{}{}", scheme, brackets ? "[" : "", name, brackets ? "]" : "", port));
  }
  if (urls.empty()) urls.emplace_back(door);
  return urls;
}

Result<LanCertificate> lan_certificate(const config::Layout& layout, const config::Config& config,
                                       const MachineNames& machine) {
  const auto folder = layout.house / "tls";
  const auto identity =
      net::open_lan_identity(folder, host_name(machine), lan_names(config.lan, machine), store::unix_now());
  if (!identity) return tl::unexpected(identity.error());
  spdlog::info("LAN certificate: pin the home's CA by its SHA-256 {}", identity->ca_fingerprint);
  auto tls = net::TlsServerContext::make(identity->server.certificate_pem, identity->server.key_pem);
  if (!tls) return tl::unexpected(tls.error());
  return LanCertificate{std::move(*tls), folder / "ca.pem", identity->ca_fingerprint};
}

}  // namespace localscale::house
