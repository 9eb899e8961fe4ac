#include "cli/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> offered(const std::vector<std::string>& words) {
  static const std::vector<Verb> verbs = all_verbs();
  const auto completion = complete(
      verbs, words, [] { return std::vector<std::string>{"seedling", "llama3.2:1b", "llama3.2:3b"}; });
  std::vector<std::string> out;
  out.reserve(completion.candidates.size());
  for (const Candidate& candidate : completion.candidates) out.push_back(candidate.word);
  return out;
}

bool files_offered(const std::vector<std::string>& words) {
  static const std::vector<Verb> verbs = all_verbs();
  return complete(verbs, words, [] { return std::vector<std::string>(); }).files;
}

TEST(Complete, OffersEveryVerbOfTheHelpAndNoHiddenOne) {
  const auto verbs = offered({""});
  for (const Verb& verb : all_verbs()) {
    if (verb.hidden)
      EXPECT_THAT(verbs, Not(Contains(verb.name)));
    else
      EXPECT_THAT(verbs, Contains(verb.name));
  }
  EXPECT_THAT(offered({"sta"}), ElementsAre("status"));
}

TEST(Complete, OffersTheWordsBelowAVerb) {
  EXPECT_THAT(offered({"key", ""}), ElementsAre("create", "ls", "rm"));
}

TEST(Complete, OffersTheVerbsOwnOptionsAndThoseOfAll) {
  EXPECT_THAT(offered({"logs", "--"}), ElementsAre("--follow", "--lines", "--level", "--process", "--json",
                                                   "--quiet", "--config", "--help"));
  EXPECT_THAT(offered({"--j"}), ElementsAre("--json"));
}

TEST(Complete, OffersModelsWhereOneIsWanted) {
  EXPECT_THAT(offered({"run", "see"}), ElementsAre("seedling"));
  EXPECT_THAT(offered({"run", "--json", "llama3.2:"}), ElementsAre("llama3.2:1b", "llama3.2:3b"));
  EXPECT_THAT(offered({"chat", "--model", "s"}), ElementsAre("seedling"));
  EXPECT_THAT(offered({"chat", "--model=s"}), ElementsAre("--model=seedling"));
  EXPECT_THAT(offered({"rm", "seedling", "llama3.2:1"}), ElementsAre("llama3.2:1b"));
  EXPECT_THAT(offered({"run", "seedling", "l"}), IsEmpty());
}

TEST(Complete, AsksForModelsOnlyWhereOneIsWanted) {
  const std::vector<Verb> verbs = all_verbs();
  for (const auto& words : std::vector<std::vector<std::string>>{{""}, {"ls", "-"}, {"completion", ""}})
    static_cast<void>(complete(verbs, words, []() -> std::vector<std::string> {
      ADD_FAILURE() << "asked";
      return {};
    }));
}

TEST(Complete, OffersTheOnlyValuesThatAnOptionTakes) {
  EXPECT_THAT(offered({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(offered({"wait", "--for", "r"}), ElementsAre("ready"));
}

TEST(Complete, LeavesFilesToTheShell) {
  EXPECT_TRUE(files_offered({"--config", ""}));
  EXPECT_TRUE(files_offered({"up", "--config", "/et"}));
  EXPECT_FALSE(files_offered({"ls", ""}));
}

TEST(Complete, OffersNothingAfterAWordThatIsNoVerb) {
  EXPECT_THAT(offered({"frobnicate", ""}), IsEmpty());
  EXPECT_THAT(offered({"key", "frobnicate", ""}), IsEmpty());
}

TEST(Complete, KnowsNoOptionsBehindTwoDashes) {
  EXPECT_THAT(offered({"rm", "--", "s"}), ElementsAre("seedling"));
  EXPECT_THAT(offered({"rm", "--", "-"}), IsEmpty());
}

TEST(CompletionScript, IsThereForEachShellAndNoOther) {
  for (const std::string& shell : completion_shells()) EXPECT_THAT(completion_script(shell), Not(IsEmpty()));
  EXPECT_THAT(completion_script("csh"), IsEmpty());
}

}  // namespace
}  // namespace localscale::cli
