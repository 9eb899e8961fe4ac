#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/session_cookie.hpp"
#include "gateway/sign_in_throttle.hpp"
#include "gateway/test_home.hpp"
#include "store/password.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestHome;

constexpr std::string_view path = "/localscale/v1/session";

net::Headers with(net::Headers headers, std::string_view name, std::string_view value) {
  headers.set(name, value);
  return headers;
}

/// What a page of the home sends that nobody is signed in to.
net::Headers browser() {
  return with({}, "Sec-Fetch-Site", "same-origin");
}

std::string code_of(const Got& got) {
  return json::parse(got.body)["error"]["code"];
}

TEST(Session, WhoIsSignedInIsToldToEveryone) {
  TestHome home;
  for (const net::Door door : {net::Door::loopback, net::Door::lan}) {
    const Got got = home.ask("GET", path, "", browser(), door);
    EXPECT_EQ(got.status, 200U);
    EXPECT_EQ(json::parse(got.body), json({{"schema", 1},
                                           {"signed_in", false},
                                           {"person", nullptr},
                                           {"password_set", false},
                                           {"expires_at", nullptr}}));
  }
  const json in = json::parse(home.ask("GET", path, "", home.signed_in()).body);
  EXPECT_EQ(in["signed_in"], true);
  EXPECT_EQ(in["person"], "owner");
  EXPECT_EQ(in["expires_at"], "2033-05-18T03:33:20Z");
}

TEST(Session, ATokenGivesBothHalvesOnce) {
  TestHome home;
  home.sessions.tokens = {"right"};
  const Got got = home.ask("POST", path, R"({"token":"right"})", browser());
  ASSERT_EQ(got.status, 200U);
  EXPECT_EQ(got.headers.get("Set-Cookie"),
            "localscale-session=cookie1; HttpOnly; SameSite=Strict; Path=/; Max-Age=34560000");
  EXPECT_EQ(got.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(json::parse(got.body)["csrf"], "csrf1");
  EXPECT_EQ(json::parse(got.body)["signed_in"], true);
  const Got again = home.ask("POST", path, R"({"token":"right"})", browser());
  EXPECT_EQ(again.status, 401U);
  EXPECT_EQ(code_of(again), "wrong_proof");
  EXPECT_FALSE(again.headers.has("Set-Cookie"));
}

TEST(Session, OnTheLanTheCookieIsForTlsOnly) {
  TestHome home;
  home.sessions.take_password();
  const Got got = home.ask("POST", path, R"({"password":"correct horse"})", browser(), net::Door::lan);
  ASSERT_EQ(got.status, 200U);
  EXPECT_THAT(std::string(got.headers.get("Set-Cookie")), HasSubstr("; Secure"));
}

TEST(Session, WithoutTlsNobodySignsInOverTheLan) {
  Options options;
  options.lan_is_plaintext = true;
  TestHome home(options);
  home.sessions.take_password();
  const Got got = home.ask("POST", path, R"({"password":"correct horse"})", browser(), net::Door::lan);
  EXPECT_EQ(got.status, 403U);
  EXPECT_EQ(code_of(got), "needs_tls");
  EXPECT_EQ(home.ask("GET", "/localscale/v1/keys", "", home.signed_in(), net::Door::lan).status, 401U);
  EXPECT_EQ(home.ask("GET", "/localscale/v1/keys", "", home.signed_in()).status, 200U);
}

TEST(Session, AKeyOpensThePageOnlyIfItWasMadeForThat) {
  TestHome home;
  const auto sign_in = [&](const std::string& secret) {
    return home.ask("POST", path, json({{"key", secret}}).dump(), browser(), net::Door::lan);
  };
  const auto programs = home.keys.create({"tablet", 100, 2, false});
  const auto page = home.keys.create({"phone", 100, 2, true});
  EXPECT_EQ(code_of(sign_in(programs->secret)), "wrong_proof");
  EXPECT_EQ(code_of(sign_in("ls-none")), "wrong_proof");
  EXPECT_EQ(sign_in(page->secret).status, 200U);
}

TEST(Session, OneProofIsWantedInAReadableShape) {
  TestHome home;
  for (const char* body : {"", "[]", "{}", R"({"token":1})", R"({"token":""})", R"({"token":"a","key":"b"})"})
    EXPECT_EQ(home.ask("POST", path, body, browser()).status, 400U) << body;
  EXPECT_EQ(home.ask("POST", path, json({{"token", std::string(20'000, 'x')}}).dump(), browser()).status,
            413U);
  EXPECT_TRUE(home.sessions.open.empty());
}

TEST(Session, AfterFiveFailuresAPasswordIsNotTriedButATokenIs) {
  TestHome home;
  home.sessions.take_password();
  home.sessions.tokens = {"right"};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(home.post(path, R"({"password":"wrong guess"})").status, 401U);
  const Got sixth = home.post(path, R"({"password":"correct horse"})");
  EXPECT_EQ(sixth.status, 429U);
  EXPECT_EQ(sixth.headers.get("Retry-After"), "60");
  EXPECT_EQ(home.post(path, R"({"token":"wrong"})").status, 429U);
  EXPECT_EQ(home.post(path, R"({"token":"right"})").status, 200U);
}

TEST(Session, OnePasswordIsComparedAtATimeAndNobodyWaitsForIt) {
  TestHome home;
  home.sessions.take_password();
  const std::string proof = R"({"password":"correct horse"})";
  const std::string target(path);
  const auto got = home.ask_at_once(
      {{"POST", target, proof}, {"POST", target, proof}, {"POST", target, R"({"token":"wrong"})"}});
  EXPECT_EQ(got[0].status, 200U);
  EXPECT_EQ(got[1].status, 429U);
  EXPECT_EQ(code_of(got[1]), "busy");
  EXPECT_EQ(got[1].headers.get("Retry-After"), "1");
  EXPECT_EQ(got[2].status, 401U);
}

TEST(Session, ARightPasswordIsNoFailureHoweverOften) {
  TestHome home;
  home.sessions.take_password();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(home.post(path, R"({"password":"correct horse"})").status, 200U);
}

TEST(Session, SigningOutEndsItAndForgetsTheCookie) {
  TestHome home;
  const net::Headers in = home.signed_in();
  const Got got = home.ask("DELETE", path, "", in);
  EXPECT_EQ(got.status, 200U);
  EXPECT_THAT(std::string(got.headers.get("Set-Cookie")), HasSubstr("localscale-session=; "));
  EXPECT_THAT(std::string(got.headers.get("Set-Cookie")), HasSubstr("Max-Age=0"));
  EXPECT_EQ(home.ask("GET", "/localscale/v1/status", "", in).status, 401U);
  EXPECT_EQ(home.ask("DELETE", path, "", in).status, 401U);
}

TEST(Session, SigningInAnewEndsTheBrowsersOldSession) {
  TestHome home;
  home.sessions.tokens = {"right"};
  const net::Headers in = home.signed_in();
  ASSERT_EQ(home.ask("POST", path, R"({"token":"right"})", in).status, 200U);
  EXPECT_EQ(home.sessions.open.size(), 1U);
  EXPECT_EQ(home.ask("GET", "/localscale/v1/keys", "", in).status, 401U);
}

TEST(Session, ThePasswordIsSetByWhoIsSignedIn) {
  TestHome home;
  const std::string target = std::string(path) + "/password";
  EXPECT_EQ(home.ask("PUT", target, R"({"password":"correct horse"})", browser()).status, 401U);
  EXPECT_EQ(home.ask("PUT", target, R"({"password":"correct horse"})").status, 401U);
  EXPECT_EQ(home.ask("PUT", target, R"({"password":"correct horse"})", home.signed_in()).status, 200U);
  EXPECT_TRUE(store::password_matches("correct horse", home.sessions.hash));
  EXPECT_EQ(home.sessions.kept_session, 1);
}

TEST(Session, TheCommandLineMakesLinksThatBrowsersOpen) {
  TestHome home;
  const std::string target = std::string(path) + "/tokens";
  const Got got = home.ask("POST", target, "", {}, net::Door::admin);
  EXPECT_EQ(got.status, 201U);
  EXPECT_EQ(json::parse(got.body), json({{"schema", 1},
                                         {"url", "http://127.0.0.1:7411/#/sign-in?token=token-1"},
                                         {"expires_at", nullptr}}));
  // Neither a program of this machine nor a session may: a link could be handed on.
  EXPECT_EQ(home.ask("POST", target).status, 403U);
  EXPECT_EQ(home.ask("POST", target, "", home.signed_in()).status, 403U);
  home.status.home.doors.clear();
  EXPECT_EQ(home.ask("POST", target, "", {}, net::Door::admin).status, 503U);
}

TEST(Session, OneHalfOpensNothing) {
  TestHome home;
  const net::Headers whole = home.signed_in();
  for (const std::string_view half : {"Cookie", "x-localscale-csrf"}) {
    const net::Headers one = with(browser(), half, whole.get(half));
    EXPECT_EQ(home.ask("GET", "/localscale/v1/keys", "", one).status, 401U);
    EXPECT_EQ(home.ask("GET", "/localscale/v1/status", "", one).status, 401U);
    EXPECT_EQ(home.ask("GET", "/v1/models", "", one, net::Door::lan).status, 401U);
    EXPECT_EQ(home.ask("DELETE", path, "", one).status, 401U);
  }
  EXPECT_EQ(home.sessions.open.size(), 1U);
}

TEST(Session, BrowsersNeedOneWhereProgramsOfThisMachineDoNot) {
  TestHome home;
  const net::Headers by_origin = with({}, "Origin", "http://127.0.0.1:7411");
  const net::Headers typed_in = with({}, "Sec-Fetch-Site", "none");
  for (const std::string_view target :
       {"/localscale/v1/status", "/localscale/v1/models", "/localscale/v1/ps", "/metrics"}) {
    EXPECT_EQ(home.ask("GET", target).status, 200U) << target;
    for (const net::Headers& fields : {browser(), by_origin, typed_in})
      EXPECT_EQ(home.ask("GET", target, "", fields).status, 401U) << target;
    EXPECT_EQ(home.ask("GET", target, "", home.signed_in()).status, 200U) << target;
  }
  EXPECT_EQ(code_of(home.ask("POST", "/localscale/v1/stop", R"({"name":"tiny"})", browser())), "signed_out");
  EXPECT_EQ(home.ask("DELETE", "/api/delete", R"({"model":"tiny"})", browser()).status, 401U);
  EXPECT_EQ(home.ask("GET", "/v1/models", "", browser()).status, 200U);
}

TEST(Session, OverTheLanASessionStandsForAKeyAndMore) {
  TestHome home;
  const auto ask = [&](std::string_view method, std::string_view target, std::string body = {}) {
    return home.ask(method, target, std::move(body), home.signed_in(), net::Door::lan).status;
  };
  EXPECT_EQ(ask("GET", "/v1/models"), 200U);
  EXPECT_EQ(ask("POST", "/v1/chat/completions", R"({"model":"tiny","messages":[]})"), 200U);
  EXPECT_EQ(ask("GET", "/localscale/v1/status"), 200U);
  EXPECT_EQ(ask("POST", "/localscale/v1/stop", R"({"name":"tiny"})"), 200U);
  EXPECT_EQ(ask("GET", "/localscale/v1/keys"), 200U);
  EXPECT_EQ(ask("POST", "/localscale/v1/session/tokens"), 403U);
}

TEST(Session, OverTheLanOnlyThePageAndSigningInAreOpen) {
  TestHome home;
  const auto ask = [&](std::string_view method, std::string_view target, net::Headers fields) {
    return home.ask(method, target, "{}", std::move(fields), net::Door::lan).status;
  };
  for (const net::Headers& fields : {net::Headers{}, browser()}) {
    EXPECT_EQ(ask("GET", "/", with(fields, "Accept", "text/html")), 200U);
    EXPECT_EQ(ask("GET", "/healthz", fields), 200U);
    EXPECT_EQ(ask("GET", "/v1/models", fields), 401U);
    EXPECT_EQ(ask("GET", "/api/tags", fields), 401U);
    EXPECT_EQ(ask("POST", "/v1/chat/completions", fields), 401U);
    EXPECT_EQ(ask("POST", "/v1/messages", fields), 401U);
    EXPECT_EQ(ask("GET", "/localscale/v1/keys", fields), 401U);
    EXPECT_EQ(ask("PUT", "/localscale/v1/session/password", fields), 401U);
    EXPECT_EQ(ask("POST", "/localscale/v1/session/tokens", fields), 403U);
    EXPECT_EQ(ask("GET", "/nothing", fields), 401U);
  }
  EXPECT_EQ(ask("GET", "/localscale/v1/status", {}), 403U);
  EXPECT_EQ(ask("GET", "/localscale/v1/status", browser()), 401U);
  EXPECT_EQ(ask("GET", "/metrics", {}), 403U);
  // A device's key is no session.
  const auto key = home.keys.create({"tablet", 100, 2, true});
  EXPECT_EQ(ask("GET", "/localscale/v1/keys", with({}, "x-api-key", key->secret)), 401U);
  EXPECT_EQ(ask("GET", "/localscale/v1/status", with({}, "x-api-key", key->secret)), 403U);
}

TEST(Session, OtherPagesNeitherSignInNorUseOne) {
  Options options;
  options.allowed_origins = {"https://app.example"};
  TestHome home(options);
  home.sessions.take_password();
  const std::string proof = R"({"password":"correct horse"})";
  for (const std::string_view origin :
       {"https://app.example", "https://evil.example", "http://127.0.0.1:9999", "null"}) {
    const net::Headers from = with({}, "Origin", origin);
    EXPECT_EQ(home.ask("POST", path, proof, from).status, 403U) << origin;
    const Got used = home.ask("GET", "/localscale/v1/keys", "", with(home.signed_in(), "Origin", origin));
    EXPECT_TRUE(used.status == 401U || used.status == 403U) << origin;
    EXPECT_FALSE(used.headers.has("Access-Control-Allow-Credentials"));
  }
  EXPECT_EQ(home.ask("POST", path, proof, with({}, "Sec-Fetch-Site", "cross-site")).status, 403U);
  EXPECT_EQ(home.ask("POST", path, proof, with({}, "Host", "evil.example")).status, 403U);
  EXPECT_EQ(home.ask("POST", path, proof, with(browser(), "Origin", "http://127.0.0.1:7411")).status, 200U);
}

TEST(Session, StrangersSendNoLargeBodies) {
  TestHome home;
  const auto check = [&](net::Headers fields) {
    return home.check_head("POST", path, std::move(fields), net::Door::lan);
  };
  EXPECT_FALSE(check(with({}, "Content-Length", "100")).refusal.has_value());
  EXPECT_FALSE(check(with({}, "Content-Length", "100")).recognised);
  EXPECT_EQ(check(with({}, "Content-Length", "16385")).refusal->status, 413U);
  EXPECT_EQ(check(with({}, "Content-Length", "99999999999999999999")).refusal->status, 413U);
  EXPECT_EQ(check(with({}, "Transfer-Encoding", "chunked")).refusal->status, 413U);
  EXPECT_EQ(home.check_head("GET", "/", with({}, "Content-Length", "16385"), net::Door::lan).refusal->status,
            413U);
  const auto known = check(with(home.signed_in(), "Content-Length", "16385"));
  EXPECT_FALSE(known.refusal.has_value());
  EXPECT_TRUE(known.recognised);
}

TEST(Session, NoPartOfASessionIsInTheMetrics) {
  TestHome home;
  home.sessions.tokens = {"hidden-token"};
  home.post(path, R"({"token":"hidden-token"})");
  const std::string text = home.ask("GET", "/metrics").body;
  EXPECT_THAT(text, HasSubstr("POST /localscale/v1/session\""));
  EXPECT_THAT(text, Not(HasSubstr("hidden-token")));
  EXPECT_THAT(text, Not(HasSubstr("csrf1")));
}

TEST(SessionCookie, IsFoundAmongOthersByItsWholeName) {
  const auto cookie = [](std::string_view field) {
    return std::string(presented_session(with({}, "Cookie", field)).cookie);
  };
  EXPECT_EQ(cookie("localscale-session=abc"), "abc");
  EXPECT_EQ(cookie("a=b; localscale-session=abc ; c=d"), "abc");
  EXPECT_EQ(cookie("xlocalscale-session=abc"), "");
  EXPECT_EQ(cookie("localscale-session-x=abc;localscale-session"), "");
  EXPECT_EQ(cookie("a=localscale-session=abc"), "");
  EXPECT_EQ(cookie(""), "");
}

net::Request from(net::Door door, std::string peer) {
  net::Request request;
  request.door = door;
  request.peer = std::move(peer);
  return request;
}

TEST(SignInThrottle, CountsAddressesOfTheLanApartAndThisMachineAsOne) {
  SignInThrottle throttle;
  const auto start = SignInThrottle::Clock::now();
  const auto one = from(net::Door::lan, "192.168.1.7:5000");
  for (int i = 0; i < 9; ++i)
    throttle.failed(from(net::Door::lan, "192.168.1.7:" + std::to_string(5000 + i)), start);
  EXPECT_EQ(throttle.wait(one, start), std::chrono::seconds(60));
  EXPECT_EQ(throttle.wait(one, start + std::chrono::seconds(59)), std::chrono::seconds(1));
  EXPECT_EQ(throttle.wait(one, start + std::chrono::seconds(60)), std::chrono::seconds(0));
  for (int i = 0; i < 5; ++i) throttle.failed(from(net::Door::loopback, "127.0.0.1:1"), start);
  EXPECT_GT(throttle.wait(from(net::Door::ollama, "127.0.0.1:2"), start).count(), 0);
}

TEST(SignInThrottle, ManyAddressesOfTheLanDoNotHelpAndDoNotLockThisMachineOut) {
  SignInThrottle throttle;
  const auto now = SignInThrottle::Clock::now();
  int tried = 0;
  for (int i = 0; i < 100; ++i) {
    const auto request = from(net::Door::lan, "[fd00::" + std::to_string(i) + "]:5000");
    if (throttle.wait(request, now).count() > 0) continue;
    throttle.failed(request, now);
    ++tried;
  }
  EXPECT_EQ(tried, 20);
  EXPECT_EQ(throttle.wait(from(net::Door::loopback, "127.0.0.1:1"), now).count(), 0);
}

TEST(SignInThrottle, ForgivesTheNewestFailureOfItsOwnAddress) {
  SignInThrottle throttle;
  const auto now = SignInThrottle::Clock::now();
  const auto one = from(net::Door::lan, "192.168.1.7:5000");
  const auto other = from(net::Door::lan, "192.168.1.8:5000");
  for (int i = 0; i < 5; ++i) throttle.failed(one, now);
  throttle.forgive(other);
  EXPECT_GT(throttle.wait(one, now).count(), 0);
  throttle.forgive(one);
  EXPECT_EQ(throttle.wait(one, now).count(), 0);
}

}  // namespace
}  // namespace localscale::gateway
