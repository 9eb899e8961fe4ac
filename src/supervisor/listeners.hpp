#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"

namespace localscale::supervisor {

/// A listening socket that the house inherits under a name: "loopback", "ollama", "lan" or "admin".
struct Listener {
  std::string name;
  UniqueFd socket;
};

/// A door that was asked for and could not be had.
struct ShutDoor {
  std::string name;
  std::string why;
};

struct Listeners {
  std::vector<Listener> sockets;
  std::vector<ShutDoor> shut;
  bool owns_admin_socket = false;  ///< We made the socket file, so we remove it at the end.
};

/// The sockets that the service manager passed (LISTEN_FDS, LISTEN_FDNAMES; names as above), and for every
/// name that is missing one that we open: loopback and admin always, ollama and lan as the config says. Fails
/// if loopback or admin cannot be had: a busy port names itself and the key to change.
Result<Listeners> open_listeners(const config::Config& config, const config::Layout& layout);

}  // namespace localscale::supervisor
