#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using ::testing::HasSubstr;
using testing::TestHome;

class ConfigAdminTest : public ::testing::Test {
 protected:
  Got ask(const char* method, std::string body = {}) {
    return home_.ask(method, "/localscale/v1/config", std::move(body), {}, net::Door::admin);
  }
  Got patch(const json& values) { return ask("PATCH", json{{"values", values}}.dump()); }
  static json key(const Got& got, const std::string& path) {
    const json body = json::parse(got.body);
    for (const json& section : body["sections"]) {
      for (const json& key : section["keys"]) {
        if (key["path"] == path) return key;
      }
    }
    return nullptr;
  }

  TestHome home_;
};

TEST_F(ConfigAdminTest, ShowsEveryKeyWithItsMeaningAndValues) {
  home_.config.text = "[api]\nport = 80\n[log]\nlevel = \"warn\"\n";
  home_.config.started_with.api.port = 7411;
  const Got got = ask("GET");
  ASSERT_EQ(got.status, 200U);
  const json body = json::parse(got.body);
  EXPECT_EQ(body["schema"], 1);
  EXPECT_EQ(body["file"], "/etc/config.toml");
  EXPECT_EQ(body["writable"], true);
  EXPECT_EQ(body["sections"][0]["name"], "");
  EXPECT_EQ(body["sections"][1]["name"], "api");
  const json port = key(got, "api.port");
  EXPECT_EQ(port["type"], "whole");
  EXPECT_EQ(port["value"], 80);
  EXPECT_EQ(port["running"], 7411);
  EXPECT_EQ(port["default"], 7411);
  EXPECT_EQ(port["min"], 1);
  EXPECT_EQ(port["max"], 65535);
  EXPECT_EQ(port["needs_restart"], true);
  EXPECT_EQ(key(got, "log.level")["needs_restart"], false);
  EXPECT_EQ(key(got, "log.level")["choices"].size(), 5U);
  EXPECT_EQ(key(got, "lan.names")["value"], json::array());
  EXPECT_EQ(key(got, "api.max_body_bytes")["unit"], "bytes");
  EXPECT_EQ(key(got, "state_directory")["command_line_only"], true);
}

TEST_F(ConfigAdminTest, ChangesValuesAndTakesKeysOut) {
  home_.config.text = "# mine\n[api]\nport = 80\n";
  const Got got = patch({{"api.port", nullptr}, {"lan.names", {"a.example"}}, {"lan.enabled", true}});
  ASSERT_EQ(got.status, 200U) << got.body;
  EXPECT_EQ(key(got, "api.port")["value"], 7411);
  EXPECT_EQ(key(got, "lan.names")["value"], json({"a.example"}));
  EXPECT_THAT(home_.config.text, HasSubstr("# mine\n[api]\n"));
  EXPECT_EQ(patch(json::object()).status, 200U);
}

TEST_F(ConfigAdminTest, RefusesWrongValuesByFieldAndChangesNothing) {
  const Got got = patch({{"api.port", 0},
                         {"lan.port", 8000},
                         {"lan.enabled", "yes"},
                         {"lan.names", {1}},
                         {"fetcher.connections", 1.5},
                         {"engine.directory", "/x"},
                         {"no.such", nullptr}});
  EXPECT_EQ(got.status, 400U);
  const json error = json::parse(got.body)["error"];
  EXPECT_EQ(error["code"], "invalid_config");
  EXPECT_EQ(error["fields"]["api.port"], "Takes a whole number from 1 to 65535.");
  EXPECT_EQ(error["fields"].size(), 6U);
  EXPECT_EQ(home_.config.text, "");
}

TEST_F(ConfigAdminTest, RefusesKeysThatAreWrongTogether) {
  const Got got = patch({{"lan.enabled", true}, {"lan.port", 7411}});
  EXPECT_EQ(got.status, 400U);
  EXPECT_EQ(json::parse(got.body)["error"]["code"], "invalid_config");
  EXPECT_EQ(home_.config.text, "");
}

TEST_F(ConfigAdminTest, RefusesWhatIsNoListOfValues) {
  for (const char* body : {"", "{}", "[]", R"({"values":[]})", R"({"values":"x"})", "{\"values\":{"}) {
    EXPECT_EQ(ask("PATCH", body).status, 400U) << body;
  }
}

TEST_F(ConfigAdminTest, SaysWhenTheFileCannotBeWritten) {
  home_.config.error = Error{Errc::denied, "Not yours.", ""};
  const Got got = patch({{"api.port", 80}});
  EXPECT_EQ(got.status, 403U);
  EXPECT_EQ(json::parse(got.body)["error"]["code"], "not_writable");
}

TEST_F(ConfigAdminTest, TellsAFullDiskFromTooManyChanges) {
  home_.config.error = Error{Errc::exhausted, "No space left on device.", ""};
  const Got full = patch({{"api.port", 80}});
  EXPECT_EQ(full.status, 507U);
  EXPECT_EQ(json::parse(full.body)["error"]["code"], "no_room");
  home_.config.error->retry_after = std::chrono::seconds(10);
  const Got often = patch({{"api.port", 80}});
  EXPECT_EQ(often.status, 429U);
  EXPECT_EQ(often.headers.get("Retry-After"), "10");
}

TEST_F(ConfigAdminTest, ShowsWhatRunsWhereSomebodyBrokeTheFile) {
  home_.config.text = "[api]\nport = \n";
  const json body = json::parse(ask("GET").body);
  EXPECT_EQ(body["writable"], false);
  EXPECT_THAT(body["problem"].get<std::string>(), HasSubstr("/etc/config.toml:2"));
}

TEST_F(ConfigAdminTest, IsForTheOwnerOnly) {
  EXPECT_EQ(home_.ask("GET", "/localscale/v1/config").status, 401U);
  EXPECT_EQ(home_.ask("PATCH", "/localscale/v1/config", "{}").status, 401U);
}

}  // namespace
}  // namespace localscale::gateway
