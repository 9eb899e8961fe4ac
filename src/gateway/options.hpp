#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace localscale::gateway {

/// What the gateway takes from the config.
struct Options {
  std::string version;                     ///< Ours: "0.1.0".
  std::string default_model = "seedling";  ///< Used where an API lets a request name none.
  std::vector<std::string> allowed_hosts;  ///< Host names accepted beside the loopback names (without port).
  std::vector<std::string>
      allowed_origins;  ///< Exact origins ("https://app.example") of other pages that may call.
  std::vector<std::string> lan_names;      ///< Names of the LAN listener's certificate.
  bool lan_is_plaintext = false;           ///< The LAN door is without TLS: nobody signs in there.
  std::uint32_t keep_alive_seconds = 300;  ///< Told to clients that ask (`expires_at`).
};

}  // namespace localscale::gateway
