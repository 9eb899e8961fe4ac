#include "house/lan_certificate.hpp"

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "net/home_ca.hpp"

namespace localscale::house {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localscale";
  return name.data();
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::vector<std::string> lan_names(const config::Lan& lan) {
  // The house sees no network interface, so addresses come from the config alone.
  std::vector<std::string> names = {host_name(), host_name() + ".local"};
  if (lan.address != "0.0.0.0" && lan.address != "::") names.push_back(lan.address);
  names.insert(names.end(), lan.names.begin(), lan.names.end());
  return names;
}

Result<std::shared_ptr<net::TlsServerContext>> lan_certificate(const config::Layout& layout,
                                                               const config::Config& config) {
  const auto identity =
      net::open_lan_identity(layout.house / "tls", host_name(), lan_names(config.lan), unix_now());
  if (!identity) return tl::unexpected(identity.error());
  spdlog::info("LAN certificate: pin the home's CA by its SHA-256 {}", identity->ca_fingerprint);
  return net::TlsServerContext::make(identity->server.certificate_pem, identity->server.key_pem);
}

}  // namespace localscale::house
