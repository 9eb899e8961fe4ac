#include "base/bytes.hpp"

#include <array>

#include <gtest/gtest.h>

namespace localscale {
namespace {

TEST(Bytes, HexIsLowerCaseAndComplete) {
  const std::array bytes{std::byte{0x00}, std::byte{0xaf}, std::byte{0xff}};
  EXPECT_EQ(to_hex(bytes), "00afff");
  EXPECT_TRUE(is_hex("00afff", 6));
  EXPECT_FALSE(is_hex("00AFFF", 6));
  EXPECT_FALSE(is_hex("00aff", 6));
}

TEST(Bytes, Utf8IsWellFormedOrNot) {
  for (const char* good :
       {"", "plain", "\xC3\xA4", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xFF!"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(Bytes, SizesReadAsPeopleWriteThem) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1321098329), "1.3 GB");
  EXPECT_EQ(human_bytes(131000000), "131 MB");
}

TEST(Bytes, NumbersMustBeWholeAndInRange) {
  EXPECT_EQ(parse_u64("42"), 42U);
  EXPECT_EQ(parse_u64("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_u64("-1"), std::nullopt);
  EXPECT_EQ(parse_u64("4 "), std::nullopt);
  EXPECT_EQ(parse_u64(""), std::nullopt);
}

TEST(Bytes, ConstantTimeComparisonIsStillAComparison) {
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secre"));
}

TEST(WholeCharacters, AreNeverCutInTheMiddle) {
  EXPECT_EQ(whole_characters("K\xc3\xbc", 3), "K\xc3\xbc");
  EXPECT_EQ(whole_characters("K\xc3\xbc", 2), "K");
  EXPECT_EQ(whole_characters("\xe5\x8f\xb0", 2), "");
  EXPECT_EQ(whole_characters("abc", 0), "");
}

}  // namespace
}  // namespace localscale
