#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/routing/ad.hpp"
#include "crypto/signing.hpp"
#include "sim/event.hpp"
#include "sim/random.hpp"

namespace localscale::sim {

/// The homes' keys. The cheap kind replaces Ed25519, which would take most of a run, by a hash that fails on
/// a wrong key or a changed byte as well; it keeps no secret.
class Signatures {
 public:
  enum class Kind : std::uint8_t { cheap, ed25519 };

  explicit Signatures(Kind kind) : kind_(kind) {}

  /// Makes the next home's key.
  const crypto::PublicKey& add(Random& random);
  [[nodiscard]] const crypto::PublicKey& public_key(HomeIndex home) const { return public_keys_[home]; }
  [[nodiscard]] crypto::Signature sign(HomeIndex home, std::string_view domain, ByteView message) const;
  [[nodiscard]] core::VerifySignature verifier() const;

 private:
  Kind kind_;
  std::vector<crypto::SigningKey> keys_;
  std::vector<crypto::PublicKey> public_keys_;
};

}  // namespace localscale::sim
