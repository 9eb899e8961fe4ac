#pragma once

#include <string>
#include <vector>

struct sockaddr;

namespace localscale::supervisor {

/// What devices on the LAN may call this machine: its host name and then its addresses, without those that
/// only it understands (loopback, link-local), in a steady order. The house, which sees no interface, puts
/// them into its LAN certificate.
std::vector<std::string> machine_names();

/// The address as text; empty for one that is of no use on another machine.
std::string lan_address(const sockaddr& address);

/// As a line for the house: the names with blanks between them.
std::string names_line(const std::vector<std::string>& names);

}  // namespace localscale::supervisor
