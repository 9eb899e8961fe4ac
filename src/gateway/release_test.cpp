#include "gateway/release.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;

TEST(Release, IsAVersionWithALinkAndNotes) {
  const auto release =
      parse_release(R"({"version":"0.2.0","url":"https://a.example/x","notes":"New.","more":[1]})");
  ASSERT_TRUE(release) << release.error().message();
  EXPECT_EQ(release->version, "0.2.0");
  EXPECT_EQ(release->url, "https://a.example/x");
  EXPECT_TRUE(parse_release(R"({"version":"v10.0.1"})"));
}

TEST(Release, AnythingElseIsRefused) {
  for (const char* text :
       {"", "[]", "<html>", "{}", R"({"version":2})", R"({"version":"2"})", R"({"version":"1.2.3-rc1"})",
        R"({"version":"1.2.3","url":"http://a.example"})", R"({"version":"1.2.3","url":"https://a b"})",
        R"({"version":"1.2.3","url":"javascript:1"})", R"({"version":"1.2.3","notes":{}})"}) {
    const auto release = parse_release(text);
    ASSERT_FALSE(release) << text;
    EXPECT_EQ(release.error().code, Errc::corrupt) << text;
  }
  EXPECT_FALSE(parse_release(R"({"version":"1.2.3","notes":")" + std::string(2001, 'a') + "\"}"));
}

TEST(Version, ComparesByNumbersAndNotByText) {
  EXPECT_GT(*parse_version("0.10.0"), *parse_version("0.9.9"));
  EXPECT_EQ(*parse_version("v1.2.3"), *parse_version("1.2.3"));
  EXPECT_FALSE(parse_version("1.2"));
  EXPECT_FALSE(parse_version("1.2.3.4"));
  EXPECT_FALSE(parse_version("1.2.-3"));
  EXPECT_FALSE(parse_version(""));
}

TEST(UpdateCheck, SaysWhetherThereIsANewerRelease) {
  Options options;
  options.version = "0.1.0";
  testing::TestHome home(options);
  const auto check = [&] {
    return home.ask("POST", "/localscale/v1/update/check", "{}", {}, net::Door::admin);
  };
  home.releases.file = R"({"version":"0.2.0","url":"https://a.example/","notes":"Better."})";
  const json newer = json::parse(check().body);
  EXPECT_EQ(newer["schema"], 1);
  EXPECT_EQ(newer["newer"], true);
  EXPECT_EQ(newer["newest"], "0.2.0");
  home.releases.file = R"({"version":"0.1.0"})";
  EXPECT_EQ(json::parse(check().body)["newer"], false);
  home.releases.file = "<html>";
  EXPECT_EQ(check().status, 500U);
  home.releases.file = fail(Errc::unsupported, "No update.url.");
  EXPECT_EQ(check().status, 501U);
}

TEST(UpdateCheck, IsForTheOwnerOnly) {
  testing::TestHome home;
  EXPECT_NE(home.post("/localscale/v1/update/check", "{}").status, 200U);
}

}  // namespace
}  // namespace localscale::gateway
