#pragma once

#include <string>

struct sockaddr;

namespace localscale::mesh::fetcher {

/// True only for addresses of the public internet: not loopback, private, link-local, carrier-grade NAT,
/// multicast, documentation, benchmarking, reserved or unspecified ones, nor IPv6 forms that wrap such an
/// IPv4 address.
bool is_public(const sockaddr& address);

/// The numeric form without port; "?" for another family.
std::string address_text(const sockaddr& address);

}  // namespace localscale::mesh::fetcher
