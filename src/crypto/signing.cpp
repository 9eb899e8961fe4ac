#include "crypto/signing.hpp"

#include <sodium.h>

#include "base/assert.hpp"

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

/// libsodium's form of a secret key: the seed and the public key.
struct Expanded {
  std::array<std::byte, crypto_sign_SECRETKEYBYTES> bytes{};
  PublicKey public_key;

  explicit Expanded(const SigningKey::Seed& seed) {
    LS_ASSERT(crypto_sign_seed_keypair(raw_out(public_key.bytes), raw_out(bytes), raw(seed)) == 0);
  }
  ~Expanded() { sodium_memzero(bytes.data(), bytes.size()); }
  Expanded(const Expanded&) = delete;
  Expanded& operator=(const Expanded&) = delete;
};

}  // namespace

SigningKey SigningKey::generate() {
  LS_ASSERT(sodium_init() >= 0);
  Seed seed{};
  randombytes_buf(seed.data(), seed.size());
  SigningKey key(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SigningKey::SigningKey(const Seed& seed) : seed_(seed), public_(Expanded(seed).public_key) {}

SigningKey::~SigningKey() {
  sodium_memzero(seed_.data(), seed_.size());
}

Signature SigningKey::sign(std::string_view domain, ByteView message) const {
  const Bytes text = signed_bytes(domain, message);
  const Expanded secret(seed_);
  Signature signature;
  LS_ASSERT(crypto_sign_detached(raw_out(signature.bytes), nullptr, raw(text), text.size(),
                                 raw(secret.bytes)) == 0);
  return signature;
}

bool verify(const PublicKey& key, std::string_view domain, ByteView message, const Signature& signature) {
  const Bytes text = signed_bytes(domain, message);
  return crypto_sign_verify_detached(raw(signature.bytes), raw(text), text.size(), raw(key.bytes)) == 0;
}

}  // namespace localscale::crypto
