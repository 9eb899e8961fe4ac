#include "crypto/signing.hpp"

#include <sodium.h>

#include "base/assert.hpp"
#include "crypto/random.hpp"

namespace localscale::crypto {
namespace {

constexpr std::string_view project = "localscale/1";

Bytes signed_bytes(std::string_view domain, ByteView message) {
  return Encoder().text(project).text(domain).fixed(message).take();
}

const unsigned char* raw(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw_out(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace

SigningKey SigningKey::generate() {
  Seed seed{};
  fill_random(seed);
  SigningKey key(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SigningKey::SigningKey(const Seed& seed) {
  static_assert(sizeof(secret_) == crypto_sign_SECRETKEYBYTES);
  LS_ASSERT(crypto_sign_seed_keypair(raw_out(public_.bytes), raw_out(secret_), raw(seed)) == 0);
}

SigningKey::~SigningKey() {
  sodium_memzero(secret_.data(), secret_.size());
}

Signature SigningKey::sign(std::string_view domain, ByteView message) const {
  const Bytes text = signed_bytes(domain, message);
  Signature signature;
  LS_ASSERT(crypto_sign_detached(raw_out(signature.bytes), nullptr, raw(text), text.size(), raw(secret_)) ==
            0);
  return signature;
}

SigningKey::Seed SigningKey::seed() const {
  Seed seed{};
  LS_ASSERT(crypto_sign_ed25519_sk_to_seed(raw_out(seed), raw(secret_)) == 0);
  return seed;
}

bool verify(const PublicKey& key, std::string_view domain, ByteView message, const Signature& signature) {
  const Bytes text = signed_bytes(domain, message);
  return crypto_sign_verify_detached(raw(signature.bytes), raw(text), text.size(), raw(key.bytes)) == 0;
}

}  // namespace localscale::crypto
