#include "config/changes.hpp"

#include <string>

#include <gtest/gtest.h>

#include "config/keys.hpp"

namespace localscale::config {
namespace {

std::string edited(std::string_view text, const std::vector<Change>& changes) {
  const auto result = apply_changes(text, changes, Asker::command_line, "test.toml");
  return result ? *result : "ERROR " + result.error().what;
}

Change port(std::int64_t number) {
  return {"api.port", number};
}

TEST(ConfigChanges, ReplaceAValueAndKeepItsCommentAndIndent) {
  EXPECT_EQ(edited("# mine\n[api] # web\n  port   = 7411   # the usual\nollama_port = true\n", {port(80)}),
            "# mine\n[api] # web\n  port   = 80   # the usual\nollama_port = true\n");
}

TEST(ConfigChanges, PutANewKeyAfterTheLastOfItsSection) {
  EXPECT_EQ(edited("[api]\nollama_port = true\n\n# later\n[lan]\nport = 1\n", {port(80)}),
            "[api]\nollama_port = true\nport = 80\n\n# later\n[lan]\nport = 1\n");
  EXPECT_EQ(edited("[api]\n\n[lan]\n", {port(80)}), "[api]\nport = 80\n\n[lan]\n");
}

TEST(ConfigChanges, MakeAMissingSectionAtTheEnd) {
  EXPECT_EQ(edited("", {port(80)}), "[api]\nport = 80\n");
  EXPECT_EQ(edited("[lan]\nport = 1", {port(80)}), "[lan]\nport = 1\n\n[api]\nport = 80\n");
}

TEST(ConfigChanges, PutKeysOfNoSectionBeforeTheFirstHeaderAndItsComment) {
  EXPECT_EQ(edited("# My home\n\n# The web\n[api]\nport = 80\n", {{"state_directory", std::string("/x/y")}}),
            "# My home\n\nstate_directory = \"/x/y\"\n# The web\n[api]\nport = 80\n");
}

TEST(ConfigChanges, TakeAKeyOutWithItsLineOnly) {
  EXPECT_EQ(edited("[api]\n# why\nport = 80 # x\nollama_port = true\n", {{"api.port", std::nullopt}}),
            "[api]\n# why\nollama_port = true\n");
  EXPECT_EQ(
      edited("[lan]\nnames = [\n  \"a\", # ] \"\n  \"b\"\n]\nport = 1\n", {{"lan.names", std::nullopt}}),
      "[lan]\nport = 1\n");
  EXPECT_EQ(edited("[lan]\n", {{"lan.names", std::nullopt}}), "[lan]\n");
}

TEST(ConfigChanges, KnowDottedAndQuotedKeys) {
  EXPECT_EQ(edited("api.port = 1\n", {port(80)}), "api.port = 80\n");
  EXPECT_EQ(edited("api.ollama_port = true\n", {port(80)}), "api.ollama_port = true\napi.port = 80\n");
  EXPECT_EQ(edited("[ \"api\" ]\n'port' = 1\n", {port(80)}), "[ \"api\" ]\n'port' = 80\n");
}

TEST(ConfigChanges, LeaveRegistriesAlone) {
  const std::string registry =
      "[[fetcher.registries]]\nname = \"a.b\"\nprotocol = \"ollama\"\nurl = \"https://a.b\"\n";
  EXPECT_EQ(edited(registry, {{"fetcher.connections", std::int64_t{2}}}),
            registry + "\n[fetcher]\nconnections = 2\n");
}

TEST(ConfigChanges, KeepLineEndsOfOtherSystems) {
  EXPECT_EQ(edited("[api]\r\nport = 1\r\n", {port(80), {"api.ollama_port", true}}),
            "[api]\r\nport = 80\r\nollama_port = true\r\n");
}

TEST(ConfigChanges, RefuseAFormThatCannotBeEdited) {
  const auto result = apply_changes("api = { port = 1 }\n", {port(80)}, Asker::command_line, "f");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unsupported);
  EXPECT_EQ(result.error().next, "Change it by hand: localscale config edit");
}

TEST(ConfigChanges, RefuseWhatAPageMayNotChange) {
  for (const std::string path : {"state_directory", "api.allowed_hosts", "api.allowed_origins",
                                 "engine.directory", "models.directory", "models.folders"}) {
    const std::vector<Change> changes = {{path, std::nullopt}};
    EXPECT_EQ(wrong_changes(changes, Asker::page).count(path), 1U) << path;
    EXPECT_FALSE(apply_changes("", changes, Asker::page, "f")) << path;
    EXPECT_TRUE(apply_changes("", changes, Asker::command_line, "f")) << path;
  }
}

TEST(ConfigChanges, RefuseWrongValuesUnknownKeysAndRegistries) {
  const auto wrong = wrong_changes({port(0),
                                    {"api.prt", std::int64_t{1}},
                                    {"fetcher.registries", std::nullopt},
                                    {"log.level", std::string("loud")},
                                    {"lan.names", std::vector<std::string>{"a\nb"}},
                                    {"lan.enabled", true}},
                                   Asker::command_line);
  EXPECT_EQ(wrong.size(), 5U);
  EXPECT_EQ(wrong.at("api.port"), "Takes a whole number from 1 to 65535.");
  EXPECT_EQ(wrong.at("api.prt"), "There is no such key. Did you mean api.port?");
  EXPECT_EQ(wrong.at("log.level"), "Takes one of trace, debug, info, warn, error.");
}

TEST(ConfigChanges, RefuseKeysThatAreWrongTogether) {
  const auto result =
      apply_changes("[lan]\nenabled = true\n", {{"lan.port", std::int64_t{7411}}}, Asker::command_line, "f");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::invalid_argument);
  EXPECT_NE(result.error().what.find("lan.port and api.port are both 7411"), std::string::npos);
}

TEST(ConfigChanges, RefuseAFileThatIsWrongAlready) {
  EXPECT_FALSE(apply_changes("[api]\nport = \n", {port(80)}, Asker::command_line, "f"));
}

TEST(ConfigChanges, UnderstandWhatPeopleType) {
  EXPECT_EQ(std::get<std::int64_t>(*value_from_text("api.port", "80")), 80);
  EXPECT_TRUE(std::get<bool>(*value_from_text("lan.enabled", "true")));
  EXPECT_EQ(std::get<std::string>(*value_from_text("log.level", "warn")), "warn");
  const std::vector<std::string> names = {"a.example", "b"};
  EXPECT_EQ(std::get<std::vector<std::string>>(*value_from_text("lan.names", "a.example, b")), names);
  EXPECT_EQ(std::get<std::vector<std::string>>(*value_from_text("lan.names", R"(["a.example", "b"])")),
            names);
  EXPECT_FALSE(value_from_text("api.port", "eighty"));
  EXPECT_FALSE(value_from_text("lan.enabled", "yes"));
  EXPECT_FALSE(value_from_text("lan.names", "[1]"));
}

TEST(ConfigKeys, TellTheFormAndUnitOfTheirValues) {
  EXPECT_EQ(find_key("api.port")->form.max, 65535U);
  EXPECT_EQ(find_key("log.level")->form.choices.size(), 5U);
  EXPECT_EQ(unit_of(*find_key("fetcher.max_bytes_per_second")), "bytes");
  EXPECT_EQ(unit_of(*find_key("api.idle_timeout_ms")), "ms");
  EXPECT_EQ(unit_of(*find_key("api.port")), "");
  EXPECT_EQ(find_key("api.nothing"), nullptr);
}

TEST(Changes, ARunningHomeTakesLiveKeysOverAndNoOthers) {
  Config running;
  Config file;
  EXPECT_FALSE(take_live_keys(running, file));
  file.log.level = "debug";
  file.api.allowed_origins = {"https://app.example"};
  file.api.port = 7412;
  EXPECT_TRUE(take_live_keys(running, file));
  EXPECT_FALSE(take_live_keys(running, file));
  Config wanted;
  wanted.log.level = "debug";
  wanted.api.allowed_origins = {"https://app.example"};
  EXPECT_EQ(running, wanted);
}

}  // namespace
}  // namespace localscale::config
