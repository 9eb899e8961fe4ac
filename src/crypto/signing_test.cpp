#include "crypto/signing.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace localscale::crypto {
namespace {

TEST(Signing, VerifiesWhatItsKeySignedForThisPurpose) {
  const SigningKey key = SigningKey::generate();
  const Signature signature = key.sign("test", bytes_of("hello"));
  EXPECT_TRUE(verify(key.public_key(), "test", bytes_of("hello"), signature));
  EXPECT_FALSE(verify(key.public_key(), "test", bytes_of("hellp"), signature));
  EXPECT_FALSE(verify(key.public_key(), "tes", bytes_of("thello"), signature));
  EXPECT_FALSE(verify(SigningKey::generate().public_key(), "test", bytes_of("hello"), signature));
  for (std::size_t i = 0; i < signature.bytes.size(); ++i) {
    Signature other = signature;
    other.bytes[i] ^= std::byte{1};
    EXPECT_FALSE(verify(key.public_key(), "test", bytes_of("hello"), other)) << i;
  }
}

TEST(Signing, GivesTheSameKeyForTheSameSeed) {
  SigningKey::Seed seed{};
  const SigningKey key(seed);
  EXPECT_EQ(SigningKey(key.seed()).public_key(), key.public_key());
  // RFC 8032's way from this seed to the public key, as other programs compute it.
  EXPECT_EQ(to_hex(key.public_key().bytes),
            "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29");
  seed[0] = std::byte{1};
  EXPECT_NE(SigningKey(seed).public_key(), key.public_key());
  EXPECT_NE(SigningKey::generate().public_key(), SigningKey::generate().public_key());
}

TEST(Signing, TakesNoKeyThatSignsAnything) {
  const PublicKey zero;
  EXPECT_FALSE(verify(zero, "test", bytes_of("hello"), Signature{}));
  PublicKey one;
  one.bytes[0] = std::byte{1};
  Signature made_up;
  made_up.bytes[0] = std::byte{1};
  EXPECT_FALSE(verify(one, "test", bytes_of("hello"), made_up));
}

}  // namespace
}  // namespace localscale::crypto
