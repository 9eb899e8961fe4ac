#include "base/digit_text.hpp"

#include <gtest/gtest.h>

namespace localscale {
namespace {

TEST(DigitText, IsThatOfTheStandardWithoutPadding) {  // RFC 4648 section 10
  EXPECT_EQ(to_digits(bytes_of("foobar"), base32_digits), "mzxw6ytboi");
  EXPECT_EQ(to_digits(bytes_of("foob"), base64url_digits), "Zm9vYg");
  EXPECT_EQ(to_digits({}, base32_digits), "");
}

TEST(DigitText, IsReadAsItIsWrittenAndNotOtherwise) {
  const auto bytes = from_digits("mzxw6ytboi", base32_digits);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_digits(*bytes, base32_digits), "mzxw6ytboi");
  for (const char* other : {"MZXW", "mz=", "a", "mzxw6ytboj", "mzxw6ytboia"})
    EXPECT_FALSE(from_digits(other, base32_digits)) << other;
}

}  // namespace
}  // namespace localscale
