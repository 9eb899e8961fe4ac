#include "cli/app.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

struct Ran {
  int status = 0;
  std::string out;
  std::string err;
};

Ran run_words(std::vector<const char*> words) {
  words.insert(words.begin(), "localscale");
  setenv("LOCALSCALE_CONFIG", "/nonexistent/config.toml", 1);                // NOLINT(concurrency-mt-unsafe)
  setenv("LOCALSCALE_STATE_DIRECTORY", "/nonexistent/localscale-state", 1);  // NOLINT(concurrency-mt-unsafe)
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.status = run(static_cast<int>(words.size()), words.data());
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

/// The words that lead to each verb, e.g. {"key", "create"}.
std::vector<std::vector<std::string>> every_verb() {
  std::vector<std::vector<std::string>> out;
  for (const Verb& verb : all_verbs()) {
    out.push_back({verb.name});
    for (const Verb& below : verb.verbs) out.push_back({verb.name, below.name});
  }
  return out;
}

TEST(App, EveryVerbHasHelpWithAnExampleAndJson) {
  for (const auto& verb : every_verb()) {
    std::vector<const char*> words;
    words.reserve(verb.size() + 1);
    for (const std::string& word : verb) words.push_back(word.c_str());
    words.push_back("--help");
    const Ran ran = run_words(words);
    EXPECT_EQ(ran.status, 0) << verb.front();
    EXPECT_THAT(ran.out, testing::HasSubstr("Example:\n  localscale " + verb.front())) << verb.front();
    EXPECT_THAT(ran.out, testing::HasSubstr("--json"));
  }
}

/// What golden/NAME holds. With LOCALSCALE_ACCEPT_GOLDEN set it is made to hold `now` first.
std::string golden(const std::string& name, const std::string& now) {
  const std::filesystem::path file = std::filesystem::path(LOCALSCALE_GOLDEN) / name;
  if (std::getenv("LOCALSCALE_ACCEPT_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << now;
  }
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void expect_as_agreed(const std::vector<std::string>& words, const std::string& name) {
  std::vector<const char*> pointers;
  pointers.reserve(words.size());
  for (const std::string& word : words) pointers.push_back(word.c_str());
  const std::string now = run_words(pointers).out;
  EXPECT_EQ(now, golden(name, now)) << "To accept it: LOCALSCALE_ACCEPT_GOLDEN=1 test_cli, then git diff";
}

TEST(App, HelpAndJsonLookAsAgreed) {
  expect_as_agreed({"--help"}, "help.txt");
  expect_as_agreed({"status", "--json"}, "status_stopped.json");
  expect_as_agreed({"ls", "--json"}, "error_not_running.json");
}

TEST(App, EveryHelpTextLooksAsAgreed) {
  for (auto words : every_verb()) {
    std::string name = "help/" + words.front();
    for (std::size_t i = 1; i < words.size(); ++i) name += "_" + words[i];
    words.emplace_back("--help");
    expect_as_agreed(words, name + ".txt");
  }
}

TEST(App, AnUnknownVerbNamesTheNearest) {
  const Ran ran = run_words({"stauts"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.err, "localscale: 'stauts' is not a verb. Did you mean: localscale status\n");
}

TEST(App, WrongUsageIsStatusTwo) {
  EXPECT_EQ(run_words({"pull"}).status, 2);
  EXPECT_EQ(run_words({"ls", "--frob"}).status, 2);
  EXPECT_EQ(run_words({"key"}).status, 2);
  EXPECT_EQ(run_words({"logs", "-n", "many"}).status, 2);
  EXPECT_EQ(run_words({}).status, 2);
}

TEST(App, AConfigThatWasNamedMustBeThere) {
  const Ran ran = run_words({"--config", "/nonexistent/typo.toml", "up"});
  EXPECT_EQ(ran.status, 4);
  EXPECT_THAT(ran.err, testing::HasSubstr("There is no config file /nonexistent/typo.toml."));
  EXPECT_EQ(run_words({"--config", "/nonexistent/typo.toml", "config", "--default"}).status, 0);
}

TEST(App, WithoutAHomeVerbsSayNotRunning) {
  for (const auto& words : std::vector<std::vector<const char*>>{{"ls"},
                                                                 {"ps"},
                                                                 {"pull", "x"},
                                                                 {"show", "x"},
                                                                 {"rm", "x"},
                                                                 {"cp", "x", "y"},
                                                                 {"stop", "x"},
                                                                 {"run", "x", "hello"},
                                                                 {"key", "ls"}}) {
    const Ran ran = run_words(words);
    EXPECT_EQ(ran.status, 3) << words.front();
    EXPECT_THAT(ran.err, testing::HasSubstr("localscale up")) << words.front();
  }
}

TEST(App, EveryFailureIsAJsonLineWhenAskedFor) {
  for (auto words :
       std::vector<std::vector<const char*>>{{"ls"}, {"nonsense"}, {"pull"}, {"run", "x", "hi"}, {}}) {
    words.push_back("--json");
    const Ran ran = run_words(words);
    const auto json = nlohmann::json::parse(ran.out, nullptr, false);
    ASSERT_TRUE(json.is_object()) << ran.out;
    EXPECT_EQ(json.at("schema"), "localscale.error/1");
    EXPECT_EQ(json.at("exit"), ran.status);
    EXPECT_EQ(ran.err, "");
  }
}

TEST(App, StatusOfAStoppedHomeIsOneWordWithItsReason) {
  const Ran people = run_words({"status"});
  EXPECT_EQ(people.status, 3);
  EXPECT_EQ(people.out, "Stopped: Localscale is not running. Start it with: localscale up\n");
  const auto json = nlohmann::json::parse(run_words({"status", "--json"}).out);
  EXPECT_EQ(json.at("schema"), "localscale.status/1");
  EXPECT_EQ(json.at("state"), "Stopped");
  EXPECT_EQ(json.at("running"), false);
}

TEST(App, DownWithoutAHomeIsFine) {
  EXPECT_EQ(run_words({"down"}).status, 0);
}

TEST(App, VersionHasASchema) {
  EXPECT_EQ(run_words({"version"}).out, "localscale " LOCALSCALE_VERSION "\n");
  EXPECT_EQ(nlohmann::json::parse(run_words({"--json", "version"}).out).at("version"), LOCALSCALE_VERSION);
}

TEST(App, TheListOfVerbsIsThePromisedOne) {
  std::set<std::string> names;
  for (const Verb& verb : all_verbs()) names.insert(verb.name);
  for (const char* name :
       {"up", "down", "status", "ps", "ls", "pull", "show", "rm", "cp", "run", "chat", "stop", "logs", "wait",
        "doctor", "bugreport", "update", "completion", "version"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace localscale::cli
