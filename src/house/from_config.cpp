#include "house/from_config.hpp"

#include "house/lan_certificate.hpp"

namespace localscale::house {
namespace {

/// How many bodies of the largest size the home holds at one time.
constexpr std::uint64_t kBodiesAtOnce = 4;

}  // namespace

net::Limits limits_from(const config::Config& config) {
  net::Limits limits;
  limits.max_body_bytes = config.api.max_body_bytes;
  limits.max_buffered_bytes = kBodiesAtOnce * config.api.max_body_bytes;
  limits.max_header_bytes = config.api.max_header_bytes;
  limits.max_connections = config.api.max_connections;
  limits.idle = std::chrono::milliseconds(config.api.idle_timeout_ms);
  limits.slow_client = std::chrono::milliseconds(config.api.slow_client_timeout_ms);
  return limits;
}

gateway::LiveOptions live_options_from(const config::Config& config) {
  return {.default_model = config.models.default_model,
          .allowed_hosts = config.api.allowed_hosts,
          .allowed_origins = config.api.allowed_origins};
}

gateway::Options options_from(const config::Config& config, const MachineNames& machine) {
  gateway::Options options;
  static_cast<gateway::LiveOptions&>(options) = live_options_from(config);
  options.version = LOCALSCALE_VERSION;
  options.lan_names = lan_names(config.lan, machine);
  options.lan_is_plaintext = config.lan.allow_plaintext;
  return options;
}

}  // namespace localscale::house
