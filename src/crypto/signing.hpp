#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/encoding.hpp"

namespace localscale::crypto {

/// An Ed25519 public key (RFC 8032).
struct PublicKey {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const PublicKey&) const = default;
};

struct Signature {
  std::array<std::byte, 64> bytes{};
  bool operator==(const Signature&) const = default;
};

/// An Ed25519 key that signs. What is signed is always of a domain ("roster-transition", say), which is
/// signed with it: a signature made for one purpose is worth nothing for another. The memory is wiped at the
/// end.
class SigningKey {
 public:
  using Seed = std::array<std::byte, 32>;

  /// A new one from the system's random numbers.
  static SigningKey generate();
  /// The same seed gives the same key: for keys that were kept, and for simulations.
  explicit SigningKey(const Seed& seed);
  ~SigningKey();
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;

  [[nodiscard]] const PublicKey& public_key() const { return public_; }
  [[nodiscard]] Signature sign(std::string_view domain, ByteView message) const;
  /// What has to be kept, and kept secret.
  [[nodiscard]] Seed seed() const;

 private:
  std::array<std::byte, 64> secret_{};  ///< libsodium's form: the seed, then the public key.
  PublicKey public_;
};

/// Keys of small order, which sign anything for anybody, verify nothing.
[[nodiscard]] bool verify(const PublicKey& key, std::string_view domain, ByteView message,
                          const Signature& signature);

}  // namespace localscale::crypto
