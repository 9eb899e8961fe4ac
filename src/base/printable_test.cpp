#include "base/printable.hpp"

#include <gtest/gtest.h>

namespace localscale {
namespace {

TEST(PrintableUtf8, IsTextInAnyScript) {
  for (const std::string_view good : {"", "tablet in the kitchen", "T\xc3\xbcr", "\xe5\x8f\xb0\xe6\x89\x80",
                                      "\xf0\x9f\x90\x9f", "\xf4\x8f\xbf\xbd"}) {
    EXPECT_TRUE(is_printable_utf8(good)) << good;
  }
}

TEST(PrintableUtf8, IsNothingThatActsWhereItIsPrinted) {
  for (const std::string_view bad : {"a\nb", "a\tb", "\x1b[2J", "\x7f",
                                     "\xc2\x9b"
                                     "2J",
                                     "\xe2\x80\xae"
                                     "gpj",
                                     "\xe2\x81\xa6", "\xe2\x80\xa8", "\xef\xbb\xbf"}) {
    EXPECT_FALSE(is_printable_utf8(bad)) << bad;
  }
  EXPECT_FALSE(is_printable_utf8(std::string_view("a\0b", 3)));
}

TEST(PrintableUtf8, IsValid) {
  for (const std::string_view bad :
       {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_FALSE(is_printable_utf8(bad)) << bad;
  }
}

TEST(OnePrintableLine, KeepsTextAndEscapesWhatActsOrIsNone) {
  EXPECT_EQ(one_printable_line("Grüße, 世界 \\ \"x\""), "Grüße, 世界 \\ \"x\"");
  EXPECT_EQ(one_printable_line("a\nb\tc\r\x1b[2J\x7f"), "a\\nb\\tc\\x0d\\x1b[2J\\x7f");
  EXPECT_EQ(one_printable_line("\xff\xe2\x82z\xc2\x9b\xe2\x80\xae"),
            "\\xff\\xe2\\x82z\\xc2\\x9b\\xe2\\x80\\xae");
}

TEST(ForLog, KeepsVisibleAsciiAndEscapesTheRest) {
  EXPECT_EQ(for_log("/v1/models/a:b%20c?"), "/v1/models/a:b%20c?");
  EXPECT_EQ(for_log("/\xc2\x9b\xff\xe2\x80\xae \n\x7f"), "/%C2%9B%FF%E2%80%AE%20%0A%7F");
}

TEST(ForLog, CutsWhatIsLongAndSaysSo) {
  EXPECT_EQ(for_log(std::string(200, 'a')), std::string(200, 'a'));
  EXPECT_EQ(for_log(std::string(30000, 'a')), std::string(200, 'a') + "…");
  EXPECT_EQ(for_log(std::string(100, '\xff'), 10), "%FF%FF%FF…");
}

}  // namespace
}  // namespace localscale
