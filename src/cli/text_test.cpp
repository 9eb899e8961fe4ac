#include "cli/text.hpp"

#include <gtest/gtest.h>

#include "cli/progress_bar.hpp"
#include "cli/terminal.hpp"

namespace localscale::cli {
namespace {

TEST(Text, DurationsAreShort) {
  EXPECT_EQ(human_duration(5), "5 s");
  EXPECT_EQ(human_duration(185), "3 min");
  EXPECT_EQ(human_duration(7800), "2 h 10 min");
  EXPECT_EQ(human_duration(345'600), "4 days");
  EXPECT_EQ(human_duration(-3), "0 s");
}

TEST(Text, TimesAreReadWithFractionsAndOffsets) {
  EXPECT_EQ(unix_time("2026-01-02T03:04:05Z"), 1767323045);
  EXPECT_EQ(unix_time("2026-01-02T03:04:05.123456789Z"), 1767323045);
  EXPECT_EQ(unix_time("2026-01-02T04:04:05+01:00"), 1767323045);
  EXPECT_EQ(unix_time("yesterday"), 0);
}

TEST(Text, TextFromElsewhereCannotSteerTheTerminal) {
  EXPECT_EQ(harmless("a\033[31mb\r\nc\x07\x7f"), "a[31mb\nc");
  EXPECT_EQ(harmless("gr\xC3\xBC\xC3\x9F\x65\xC2\x9B!"), "gr\xC3\xBC\xC3\x9F\x65!");
  EXPECT_EQ(columns("gr\xC3\xBCn"), 4U);
}

TEST(Text, ARowOfATableIsOneLineWhateverItsCellsHold) {
  EXPECT_EQ(one_line("a\r\nb\tc\033[2Jd"), "a b c[2Jd");
  testing::internal::CaptureStdout();
  Terminal(Look{}).table({"NAME", "STATE"}, {{"evil\nmodel", "re\033[31mady"}, {"b", "idle"}});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "evil model  re[31mady\nb           idle\n");
}

TEST(ProgressBar, SaysShareSizeSpeedAndWhatIsLeft) {
  const auto line = progress_line({"pulling x", 500'000'000, 1'000'000'000, 100'000'000});
  EXPECT_NE(line.find(" 50%"), std::string::npos);
  EXPECT_NE(line.find("500 MB/1.0 GB"), std::string::npos);
  EXPECT_NE(line.find("100 MB/s"), std::string::npos);
  EXPECT_NE(line.find("5 s"), std::string::npos);
}

TEST(ProgressBar, NumbersThatMakeNoSenseDoNoHarm) {
  EXPECT_NE(progress_line({"x", 20, 10, 0}).find("100%"), std::string::npos);
  EXPECT_EQ(progress_line({"pulling manifest", 0, 0, 5}), "pulling manifest");
}

TEST(ProgressBar, SpeedIsSmoothedAndStartsAnewWithAnotherFile) {
  Speed speed;
  EXPECT_EQ(speed.update(0, 0), 0U);
  EXPECT_EQ(speed.update(1000, 1000), 1000U);
  EXPECT_GT(speed.update(3000, 2000), 1000U);
  EXPECT_EQ(speed.update(10, 2500), 0U);
}

}  // namespace
}  // namespace localscale::cli
