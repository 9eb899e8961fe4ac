#include "crypto/sha256.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace localscale::crypto {
namespace {

// FIPS 180-4's example.
constexpr std::string_view abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(to_hex(sha256(bytes_of("abc"))), abc);
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  Sha256 hash;
  hash.update(bytes_of("a"));
  EXPECT_EQ(hash.digest(), sha256(bytes_of("a")));
  hash.update(bytes_of("")).update(bytes_of("bc"));
  EXPECT_EQ(to_hex(hash.digest()), abc);
  EXPECT_EQ(hash.digest(), hash.digest());
}

}  // namespace
}  // namespace localscale::crypto
