#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/http.hpp"

namespace localscale::house {

/// A listening socket that the supervisor opened for us.
struct InheritedSocket {
  net::Door door = net::Door::loopback;
  UniqueFd fd;
  std::string url;  ///< "http://127.0.0.1:7411/", "unix:/run/…": as its name says it.
};

/// The word of a door in LISTEN_FDNAMES: "loopback", "ollama", "lan", "admin".
std::string_view name(net::Door door);

/// Takes the descriptors that LISTEN_FDS and LISTEN_FDNAMES announce (from number 3 on), marks them
/// close-on-exec and forgets the variables. Fails if a name is unknown, given twice, or a descriptor is no
/// listening stream socket.
Result<std::vector<InheritedSocket>> take_inherited_sockets();

/// A door that the supervisor was asked for and could not open.
struct ShutDoor {
  std::string name;  ///< As in LISTEN_FDNAMES.
  std::string why;
};

/// What LOCALSCALE_SHUT_DOORS tells: a line "NAME WHY" for each. The variable is forgotten.
std::vector<ShutDoor> take_shut_doors();

/// The descriptor whose number is in the environment variable (a packet channel), marked close-on-exec;
/// invalid if the variable is not set. The variable is forgotten.
Result<UniqueFd> take_inherited_fd(const char* variable);

}  // namespace localscale::house
