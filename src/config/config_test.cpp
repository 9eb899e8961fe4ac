#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::config {
namespace {

using testing::HasSubstr;

std::string problem(std::string_view text) {
  const auto config = parse(text, "home.toml");
  EXPECT_FALSE(config.has_value()) << text;
  return config ? std::string() : config.error().message();
}

TEST(Config, TheDefaultFileParsesToTheDefaults) {
  const auto config = parse(default_text(), "default");
  ASSERT_TRUE(config.has_value()) << config.error().message();
  EXPECT_EQ(*config, Config{});
}

TEST(Config, AnEmptyFileGivesTheDefaults) {
  EXPECT_EQ(*parse("", "empty"), Config{});
}

TEST(Config, EveryKindOfKeyIsRead) {
  const auto config = parse(R"(
state_directory = "/srv/home"
[api]
port = 8000
ollama_port = true
allowed_origins = ["https://app.example", "app://obsidian.md"]
[models]
folders = ["/srv/gguf", "~/models"]
[[fetcher.registries]]
name = "lab.example:5000"
protocol = "ollama"
url = "http://lab.example:5000"
address = "192.168.1.9"
)",
                            "home.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message();
  EXPECT_EQ(config->state_directory, "/srv/home");
  EXPECT_EQ(config->api.port, 8000);
  EXPECT_TRUE(config->api.ollama_port);
  EXPECT_EQ(config->api.allowed_origins.size(), 2U);
  EXPECT_EQ(config->models.folders.at(1), "~/models");
  ASSERT_EQ(config->fetcher.registries.size(), 1U);
  EXPECT_EQ(config->fetcher.registries[0].address, "192.168.1.9");
}

TEST(Config, AnUnknownKeyNamesFileLineAndTheNearestKey) {
  EXPECT_THAT(
      problem("[api]\n\nprot = 80\n"),
      HasSubstr("home.toml:3: 'api.prot' is not a key that Localscale knows. Did you mean api.port?"));
  EXPECT_THAT(problem("[engin]\nthreads = 1\n"),
              HasSubstr("home.toml:1: 'engin' is not a section that Localscale knows. Did you mean engine?"));
}

TEST(Config, WrongTypesAndRangesSayWhatIsAllowed) {
  EXPECT_THAT(
      problem("[api]\nport = 99999"),
      HasSubstr(
          "home.toml:2: api.port must be a whole number from 1 to 65535, not 99999. The default is 7411."));
  EXPECT_THAT(problem("[api]\nport = \"x\""), HasSubstr("not \"x\""));
  EXPECT_THAT(problem("[api]\nport = 7_411.0"), HasSubstr("to 65535, not 7411.0."));
  EXPECT_THAT(problem("[api]\nport = -1"), HasSubstr("not -1"));
  EXPECT_THAT(problem("[engine]\ntune = 1"), HasSubstr("engine.tune must be true or false, not 1"));
  EXPECT_THAT(problem("[log]\nlevel = \"loud\""), HasSubstr("one of trace, debug, info, warn, error"));
  EXPECT_THAT(problem("state_directory = \"relative\""), HasSubstr("an absolute path"));
  EXPECT_THAT(problem("[models]\nfolders = [1]"), HasSubstr("not a list with elements that are not strings"));
  EXPECT_THAT(problem("[api]\nallowed_origins = [\"app.example\"]"), HasSubstr("origins like"));
}

TEST(Config, FoldersOfTheSystemCannotHoldAHome) {
  for (const std::string folder :
       {"/", "//", "/etc", "/etc/", "/home", "/srv/../var", "/usr/./lib/", "/tmp"}) {
    EXPECT_THAT(problem("\nstate_directory = \"" + folder + "\""),
                HasSubstr("home.toml:2: state_directory must be an absolute path"))
        << folder;
    EXPECT_THAT(problem("[models]\ndirectory = \"" + folder + "\""), HasSubstr("a folder of its own"))
        << folder;
  }
  for (const std::string folder : {"~", "~/", "~/.", "~/..", "~/a/../.."})
    EXPECT_THAT(problem("[models]\ndirectory = \"" + folder + "\""), HasSubstr("a folder of its own"))
        << folder;
  for (const std::string folder : {"", "/home/a", "/tmp/x", "/var/lib/localscale", "~/models", "/srv/models"})
    EXPECT_TRUE(parse("[models]\ndirectory = \"" + folder + "\"", "home.toml")) << folder;
}

TEST(Config, EveryMistakeIsToldNotOnlyTheFirst) {
  const auto text = problem("[api]\nport = 0\nfoo = 1\n[lan]\nport = \"a\"\n");
  EXPECT_THAT(text, HasSubstr("home.toml:2:"));
  EXPECT_THAT(text, HasSubstr("home.toml:3:"));
  EXPECT_THAT(text, HasSubstr("home.toml:5:"));
  EXPECT_THAT(text, HasSubstr("There are 3 mistakes"));
}

TEST(Config, ASyntaxErrorNamesLineAndColumn) {
  EXPECT_THAT(problem("[api]\nport = \n"), HasSubstr("home.toml:2:"));
  EXPECT_THAT(problem("[api]\nport = 1\nport = 2\n"), HasSubstr("home.toml:3:"));
}

TEST(Config, TextThatTheTomlLibraryDidNotExpectIsAnErrorToo) {
  EXPECT_THAT(problem("[+la]\nx = 1\n"), HasSubstr("not valid TOML"));
  EXPECT_THAT(problem("[+la[]\nx = \"\xff\xff\"\n"), HasSubstr("not valid TOML"));
}

TEST(Config, ListsAndSectionsAreNotMixedUp) {
  EXPECT_THAT(problem("[[api]]\nport = 1\n"), HasSubstr("write [api], once"));
  EXPECT_THAT(problem("[fetcher.registries]\nname = \"a\"\n"), HasSubstr("write [[fetcher.registries]]"));
  EXPECT_THAT(problem("api = 3\n"), HasSubstr("home.toml:1: 'api' is a section, not a key: write [api]"));
  EXPECT_THAT(problem("[fetcher]\nregistries = 3\n"),
              HasSubstr("home.toml:2: 'fetcher.registries' is no key"));
}

TEST(Config, KeysThatExcludeEachOtherAreToldTogether) {
  EXPECT_THAT(problem("[api]\nport = 11434\nollama_port = true\n"), HasSubstr("both want the same port"));
  EXPECT_THAT(problem("[lan]\nenabled = true\nport = 7411\n"), HasSubstr("both 7411"));
  EXPECT_THAT(problem("[[fetcher.registries]]\nname = \"a.example\"\nprotocol = \"ollama\"\nurl = "
                      "\"http://a.example\"\n"),
              HasSubstr("home.toml:1: the registry a.example has an http:// url"));
  EXPECT_THAT(problem("[lan]\n\n[[fetcher.registries]]\nname = \"a.example\"\n"),
              HasSubstr("home.toml:3: the [[fetcher.registries]] for a.example lacks protocol, url"));
}

TEST(Config, AHugeTextIsRefusedUnread) {
  EXPECT_THAT(problem(std::string((1U << 20) + 1, ' ')), HasSubstr("at most"));
}

TEST(Config, ThousandsOfMistakesMakeAShortReport) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "k" + std::to_string(i) + " = 1\n";
  const auto report = problem(text);
  EXPECT_LT(report.size(), 10'000U);
  EXPECT_THAT(report, HasSubstr("There are 5000 mistakes"));
}

TEST(Config, AByteOrderMarkAtTheStartIsNoMistake) {
  const auto config = parse("\xEF\xBB\xBF[api]\nport = 8000\n", "home.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message();
  EXPECT_EQ(config->api.port, 8000);
  EXPECT_THAT(problem("\xEF\xBB\xBF\xEF\xBB\xBF[api]\n"), HasSubstr("home.toml:1:"));
}

TEST(Config, AFileInUtf16IsToldToBeSavedAsUtf8) {
  for (const std::string_view text : {std::string_view("\xFF\xFE[\0a\0", 6),
                                      std::string_view("\xFE\xFF\0[\0a", 6), std::string_view("[\0a\0", 4)})
    EXPECT_THAT(problem(text), HasSubstr("home.toml: the file is not UTF-8 text: it looks like UTF-16"));
}

TEST(Config, ADefaultModelThatNoModelCanBeCalledIsRefused) {
  for (const std::string name : {"", "../x", "a/../b", "-x", "x:", "x y", "a/b/c/d", "/x", "x:y:z"}) {
    EXPECT_THAT(problem("[models]\ndefault_model = \"" + name + "\""),
                HasSubstr("home.toml:2: models.default_model must be a model name like"))
        << name;
  }
  for (const std::string name :
       {"seedling", "llama3.2:1b", "hf.co/ORG/REPO:Q4_K_M", "lab.example:5000/t/m:1b"})
    EXPECT_TRUE(parse("[models]\ndefault_model = \"" + name + "\"", "home.toml")) << name;
}

TEST(Config, CharactersOutsideQuotesMustBeAscii) {
  const auto wrong = parse("[log]\nlevel\xC9\xBB = \"info\"\n", "c.toml");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message(), testing::HasSubstr("c.toml:2"));
  EXPECT_TRUE(
      parse("# gr\xC3\xBC\xC3\x9F\n[models]\nfolders = [\"/gr\xC3\xBC\xC3\x9F\"]\n", "c.toml").has_value());
}

}  // namespace
}  // namespace localscale::config
