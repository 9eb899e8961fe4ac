#include "store/password.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::store {
namespace {

using ::testing::StartsWith;

TEST(Password, MatchesItsOwnHashAndNoOther) {
  const auto hash = hash_password("correct horse");
  ASSERT_TRUE(hash.has_value());
  EXPECT_THAT(*hash, StartsWith("$argon2id$"));
  EXPECT_TRUE(password_matches("correct horse", *hash));
  EXPECT_FALSE(password_matches("correct horsf", *hash));
  EXPECT_FALSE(password_matches("correct horse", ""));
  EXPECT_FALSE(password_matches("", ""));
}

TEST(Password, HasTenToAThousandCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 9; ++i) umlauts += "\xc3\xa4";
  for (const std::string& wrong : {umlauts, std::string(1001, 'x'), std::string(10, '\xff')})
    EXPECT_EQ(check_password(wrong).error().code, Errc::invalid_argument);
  EXPECT_TRUE(check_password(umlauts + "\xc3\xa4").has_value());
  EXPECT_TRUE(check_password(std::string(1000, 'x')).has_value());
}

}  // namespace
}  // namespace localscale::store
