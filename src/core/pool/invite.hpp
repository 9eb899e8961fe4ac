#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "core/pool/transition.hpp"

namespace localscale::core::pool {

inline constexpr std::string_view invite_prefix = "localscale://join/";
inline constexpr std::size_t invite_link_bytes_max = 2048;

/// What a home needs to ask a member to let it in. Whoever holds it can ask, until it is used or expires; a
/// member still approves.
struct Invite {
  PoolId pool;
  std::vector<std::string> addresses;  ///< Where the inviting home may be found: 1 to 8 of 1 to 128 bytes.
  crypto::Digest certificate_pin{};    ///< SHA-256 of the public key (SPKI, DER) that its gate shows.
  std::array<std::byte, 16> secret{};  ///< Random, good for one join.
  UnixMs expires;
  bool operator==(const Invite&) const = default;
};

/// localscale://join/ and base64url without padding. `invalid_argument` for what a link can't hold.
Result<std::string> to_link(const Invite& invite);
/// Takes only what to_link writes, with spaces around it; else `invalid_argument`. Whether it has expired is
/// for the caller, who has a clock.
Result<Invite> parse_invite(std::string_view link);

}  // namespace localscale::core::pool
