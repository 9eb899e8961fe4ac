#pragma once

#include <string>

#include "crypto/sha256.hpp"

namespace localscale::core::pool {

/// Six digits ("042 917") that both screens show when a home joins, from a hash of all that both sides said.
/// People compare them. Both sides must have fixed their part before they saw the other's (the one-time
/// secret of the invite, bound to the TLS session, does that): otherwise a million tries would find an equal
/// code.
std::string short_code(const crypto::Digest& transcript);

}  // namespace localscale::core::pool
