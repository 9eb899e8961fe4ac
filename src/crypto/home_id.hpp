#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/sha256.hpp"
#include "crypto/signing.hpp"

namespace localscale::crypto {

/// Names a home: the hash of its first key. It stays when the key is rotated.
struct HomeId {
  Digest hash{};
  auto operator<=>(const HomeId&) const = default;
};

HomeId home_id(const PublicKey& first_key);

/// 52 letters and digits (RFC 4648 base32 in lower case, without padding).
std::string to_text(const HomeId& id);
/// Nothing for any other text, also for one that to_text would not have made.
std::optional<HomeId> parse_home_id(std::string_view text);

}  // namespace localscale::crypto
