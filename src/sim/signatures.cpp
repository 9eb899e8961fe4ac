#include "sim/signatures.hpp"

#include <cstring>

namespace localscale::sim {
namespace {

std::uint64_t hash_of(ByteView bytes, std::uint64_t hash) {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32U;
  }
  for (; i < bytes.size(); ++i) hash = mixed(hash ^ std::to_integer<std::uint64_t>(bytes[i]));
  return mixed(hash ^ bytes.size());
}

crypto::Signature cheap_signature(const crypto::PublicKey& key, std::string_view domain, ByteView message) {
  std::uint64_t hash = hash_of(message, hash_of(bytes_of(domain), hash_of(key.bytes, 0)));
  crypto::Signature signature;
  for (std::size_t i = 0; i < signature.bytes.size(); i += 8, hash = mixed(hash + 1))
    std::memcpy(signature.bytes.data() + i, &hash, 8);
  return signature;
}

bool verify_cheap(const crypto::PublicKey& key, std::string_view domain, ByteView message,
                  const crypto::Signature& signature) {
  return cheap_signature(key, domain, message) == signature;
}

}  // namespace

const crypto::PublicKey& Signatures::add(Random& random) {
  crypto::SigningKey::Seed seed{};
  for (std::byte& byte : seed) byte = static_cast<std::byte>(random.next());
  if (kind_ == Kind::ed25519) {
    keys_.emplace_back(seed);
    return public_keys_.emplace_back(keys_.back().public_key());
  }
  return public_keys_.emplace_back(crypto::PublicKey{seed});
}

crypto::Signature Signatures::sign(HomeIndex home, std::string_view domain, ByteView message) const {
  return kind_ == Kind::ed25519 ? keys_[home].sign(domain, message)
                                : cheap_signature(public_keys_[home], domain, message);
}

core::VerifySignature Signatures::verifier() const {
  return kind_ == Kind::ed25519 ? crypto::verify : verify_cheap;
}

}  // namespace localscale::sim
