#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace localscale::gateway {

/// What the gateway takes from the config while it runs (config::Key::live).
struct LiveOptions {
  std::string default_model = "seedling";  ///< Used where an API lets a request name none.
  std::vector<std::string> allowed_hosts;  ///< Host names accepted beside the loopback names (without port).
  std::vector<std::string>
      allowed_origins;  ///< Exact origins ("https://app.example") of other pages that may call.
};

/// What the gateway takes from the config.
struct Options : LiveOptions {
  std::string version;                 ///< Ours: "0.1.0".
  std::vector<std::string> lan_names;  ///< Names of the LAN listener's certificate.
  bool lan_is_plaintext = false;       ///< The LAN door is without TLS: nobody signs in there.
};

}  // namespace localscale::gateway
