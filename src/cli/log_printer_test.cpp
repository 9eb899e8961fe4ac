#include "cli/log_printer.hpp"

#include <gtest/gtest.h>

namespace localscale::cli {
namespace {

constexpr std::string_view told = "2026-11-27T17:42:44.123Z info house: fine";
constexpr std::string_view warned = "2026-11-27T17:42:44.123Z warning fetcher: slow";

TEST(LogWish, TakesLinesByLevelAndProcess) {
  EXPECT_TRUE((LogWish{"", ""}.passes(told)));
  EXPECT_TRUE((LogWish{"info", ""}.passes(told)));
  EXPECT_FALSE((LogWish{"warn", ""}.passes(told)));
  EXPECT_TRUE((LogWish{"warn", ""}.passes(warned)));
  EXPECT_TRUE((LogWish{"", "fetcher"}.passes(warned)));
  EXPECT_FALSE((LogWish{"", "fetcher"}.passes(told)));
}

TEST(LogWish, TakesOtherLinesForWarnings) {
  EXPECT_TRUE((LogWish{"warn", ""}.passes("Segmentation fault")));
  EXPECT_FALSE((LogWish{"error", ""}.passes("Segmentation fault")));
  EXPECT_FALSE((LogWish{"", "house"}.passes("Segmentation fault")));
}

TEST(LogWish, KnowsTheLevels) {
  EXPECT_TRUE((LogWish{"warn", ""}.check()));
  EXPECT_TRUE((LogWish{"", ""}.check()));
  EXPECT_EQ((LogWish{"loud", ""}.check().error().code), Errc::invalid_argument);
}

TEST(LogPrinter, SaysWhatALineIsMadeOf) {
  Terminal terminal(Look{.json = true});
  LogPrinter printer(terminal, {});
  testing::internal::CaptureStdout();
  printer.print(warned);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            R"({"schema":"localscale.logs/1","line":"2026-11-27T17:42:44.123Z warning fetcher: slow",)"
            R"("time":"2026-11-27T17:42:44.123Z","level":"warn","process":"fetcher","message":"slow"})"
            "\n");
}

}  // namespace
}  // namespace localscale::cli
