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

TEST(Terminal, ClearsTheProgressLineOnceAndNeverAnAnswer) {
  Terminal terminal(Look{.out_is_tty = true, .redraws = true});
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  terminal.progress("waiting");
  for (const char* piece : {"Hello", ", world"}) {
    terminal.progress_done();
    terminal.write(piece);
    terminal.progress("waiting");
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "Hello, world");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "\r\033[Kwaiting\r\033[K");
}

TEST(Terminal, AFailureStandsOnALineOfItsOwn) {
  Terminal terminal(Look{.out_is_tty = true});
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  terminal.write("half an answ");
  EXPECT_EQ(terminal.report(failed({Errc::unavailable, "It broke off.", ""}).value()), 1);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "half an answ\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "localscale: It broke off.\n");
}

TEST(ProgressBar, SaysShareSizeSpeedAndWhatIsLeft) {
  const auto line = progress_line({"pulling x", 500'000'000, 1'000'000'000, 100'000'000}, 80);
  EXPECT_NE(line.find(" 50%"), std::string::npos);
  EXPECT_NE(line.find("500 MB/1.0 GB"), std::string::npos);
  EXPECT_NE(line.find("100 MB/s"), std::string::npos);
  EXPECT_NE(line.find("5 s"), std::string::npos);
}

TEST(ProgressBar, LeavesRoomForAllNumbersWhereTheTerminalIsNarrow) {
  const Transfer transfer{"pulling sha256:0123456789ab", 123'400'000, 1'300'000'000, 12'300'000};
  const auto wide = progress_line(transfer, 120);
  EXPECT_NE(wide.find("[==>                     ]"), std::string::npos) << wide;
  const auto usual = progress_line(transfer, 79);
  EXPECT_LE(columns(usual), 79U) << usual;
  EXPECT_NE(usual.find('['), std::string::npos) << usual;
  const std::string numbers = wide.substr(wide.find("] ") + 1);
  EXPECT_TRUE(usual.ends_with(numbers)) << usual;
  const auto narrow = progress_line(transfer, 40);
  EXPECT_EQ(narrow.find('['), std::string::npos) << narrow;
  EXPECT_TRUE(narrow.ends_with(numbers)) << narrow;
}

TEST(ProgressBar, NumbersThatMakeNoSenseDoNoHarm) {
  EXPECT_NE(progress_line({"x", 20, 10, 0}, 80).find("100%"), std::string::npos);
  EXPECT_EQ(progress_line({"pulling manifest", 0, 0, 5}, 80), "pulling manifest");
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
