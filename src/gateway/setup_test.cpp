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

Got ask(TestHome& home, std::string_view method, std::string body = {}) {
  return home.ask(method, "/localscale/v1/setup", std::move(body), {}, net::Door::admin);
}

TEST(SetupEndpoint, BeginsAtTheNameAndIsChangedInPart) {
  TestHome home;
  const json fresh = json::parse(ask(home, "GET").body);
  EXPECT_EQ(
      fresh,
      json({{"schema", 1}, {"done", false}, {"step", "name"}, {"home_name", ""}, {"measurement", nullptr}}));
  const json named =
      json::parse(ask(home, "PATCH", R"({"home_name":"Birch Street 7","step":"measure"})").body);
  EXPECT_EQ(named["home_name"], "Birch Street 7");
  EXPECT_EQ(named["step"], "measure");
  EXPECT_EQ(json::parse(ask(home, "PATCH", R"({"done":true})").body)["done"], true);
  EXPECT_EQ(home.setup.kept, (store::Setup{true, "measure", "Birch Street 7"}));
}

TEST(SetupEndpoint, RefusesWhatDoesNotFitAndChangesNothing) {
  TestHome home;
  const std::string long_name(61, 'a');
  for (const std::string& body :
       {std::string("x"), std::string(R"({"step":"party"})"), std::string(R"({"step":1})"),
        std::string(R"({"home_name":""})"), std::string(R"({"home_name":"  "})"),
        std::string(R"({"done":"yes"})"), R"({"home_name":")" + long_name + "\"}",
        std::string(R"({"home_name":"a\nb","step":"chat"})")}) {
    EXPECT_EQ(ask(home, "PATCH", body).status, 400U) << body;
  }
  EXPECT_EQ(home.setup.kept, store::Setup{});
  EXPECT_EQ(ask(home, "PATCH", R"({"home_name":"ÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜ"})").status,
            200U);
}

TEST(SetupEndpoint, TellsItsChangesAsEvents) {
  TestHome home;
  ask(home, "PATCH", R"({"done":true})");
  ask(home, "PATCH", R"({"done":true})");
  home.end_streams();
  const std::string first = home.ask("GET", "/localscale/v1/events").body;
  EXPECT_THAT(first.substr(0, first.find('\n')), HasSubstr("-1"));
}

TEST(SetupEndpoint, IsForWhoIsSignedIn) {
  TestHome home;
  EXPECT_EQ(home.ask("GET", "/localscale/v1/setup").status, 401U);
  EXPECT_EQ(home.ask("PATCH", "/localscale/v1/setup", "{}").status, 401U);
}

}  // namespace
}  // namespace localscale::gateway
