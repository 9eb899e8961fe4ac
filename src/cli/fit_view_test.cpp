#include "cli/fit_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace localscale::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Json fit(const char* name, const char* verdict, std::int64_t bytes, double speed,
         const char* basis = "estimated") {
  return {{"name", name},
          {"about", "For everything."},
          {"bytes", bytes},
          {"installed", false},
          {"verdict", verdict},
          {"reason", "Fits with a context of 8,192 tokens."},
          {"memory_needed_bytes", bytes + 500'000'000},
          {"memory_budget_bytes", 12'000'000'000},
          {"disk_free_bytes", 100'000'000'000},
          {"context_tokens", 8'192},
          {"answer_tokens_per_second", speed > 0 ? Json(speed) : Json(nullptr)},
          {"prompt_tokens_per_second", nullptr},
          {"basis", basis},
          {"capabilities", {"completion", "tools"}}};
}

std::vector<std::string> names(const std::vector<Json>& fits) {
  std::vector<std::string> out;
  out.reserve(fits.size());
  for (const Json& one : fits) out.push_back(text_at(one, "name"));
  return out;
}

TEST(FitView, TheLargestThatIsQuickEnoughComesFirst) {
  std::vector<Json> fits{fit("huge", "too_big", 40'000'000'000, 0), fit("small", "fits", 1'000'000'000, 40),
                         fit("slow", "fits", 9'000'000'000, 2),     fit("good", "fits", 4'000'000'000, 9),
                         fit("tight", "tight", 5'000'000'000, 8),   fit("odd", "unknown", 1, 0)};
  sort_by_use(fits);
  EXPECT_THAT(names(fits), ElementsAre("good", "small", "tight", "slow", "odd", "huge"));
}

TEST(FitView, ANarrowTerminalGetsFewerColumnsButNamesAndVerdicts) {
  const std::vector<Json> fits{fit("llama3.2:1b", "fits", 1'300'000'000, 41)};
  EXPECT_THAT(fit_table(fits, 1'000).headings,
              ElementsAre("NAME", "HERE IT", "TOKENS/S", "DOWNLOAD", "MEMORY", "CONTEXT", "ABOUT"));
  EXPECT_THAT(fit_table(fits, 60).headings,
              ElementsAre("NAME", "HERE IT", "TOKENS/S", "DOWNLOAD", "MEMORY", "CONTEXT"));
  const auto narrow = fit_table(fits, 10);
  EXPECT_THAT(narrow.headings, ElementsAre("NAME", "HERE IT"));
  EXPECT_THAT(narrow.rows.at(0), ElementsAre("llama3.2:1b", "fits"));
}

TEST(FitView, EstimatesAreMarked) {
  const auto cell = [](const Json& one) { return fit_table({one}, 1'000).rows.at(0).at(2); };
  EXPECT_EQ(cell(fit("a", "fits", 1, 41.3)), "~41");
  EXPECT_EQ(cell(fit("a", "fits", 1, 9.62, "measured")), "9.6");
  EXPECT_EQ(cell(fit("a", "fits", 1, 0, "none")), "-");
}

TEST(FitView, OneModelIsToldInLines) {
  const auto text = fit_text(fit("llama3.2:1b", "fits", 1'300'000'000, 41));
  EXPECT_THAT(text, HasSubstr("llama3.2:1b: Fits with a context of 8,192 tokens.\n"));
  EXPECT_THAT(text, HasSubstr("  download  1.3 GB; 100 GB are free on the disk\n"));
  EXPECT_THAT(text, HasSubstr("  memory    1.8 GB of 12.0 GB for models\n"));
  EXPECT_THAT(text, HasSubstr("  speed     writes 41 tokens/s (estimated)\n"));
  EXPECT_THAT(text, HasSubstr("  can       completion, tools\n"));
  auto hostile = fit("a", "unknown", 1, 0, "none");
  hostile["reason"] = "bad\033[2J\nnews";
  EXPECT_THAT(fit_text(hostile), Not(HasSubstr("\033")));
}

TEST(FitView, AnAnswerWithNothingInItIsShownAsUnknown) {
  EXPECT_THAT(fit_table({Json::object()}, 1'000).rows.at(0),
              ElementsAre("", "unknown", "-", "-", "-", "-", ""));
  EXPECT_FALSE(speed_note({Json::object()}).empty());
}

}  // namespace
}  // namespace localscale::cli
