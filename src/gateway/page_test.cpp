#include "gateway/page.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using testing::Got;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestHome;

net::Headers browser(std::string_view encodings = "gzip, deflate, br") {
  net::Headers headers;
  headers.set("Accept", "text/html,application/xhtml+xml");
  headers.set("Accept-Encoding", encodings);
  return headers;
}

/// The page's script, whose name changes with its bytes.
std::string script_path() {
  const auto all = assets();
  const auto found =
      std::ranges::find_if(all, [](const Asset& asset) { return asset.path.starts_with("/page/main-"); });
  return found == all.end() ? "" : std::string(found->path);
}

TEST(Page, IsCompressedAndAskedForAnewEachTime) {
  TestHome home;
  const Got got = home.ask("GET", "/", "", browser());
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.headers.get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(got.headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(got.headers.get("Vary"), "Accept, Accept-Encoding, Cookie, Sec-Fetch-Site");
  EXPECT_EQ(got.headers.get("Cache-Control"), "no-cache");
  const auto page = gunzip(got.body);
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(*page, HasSubstr(script_path().substr(1)));
  net::Headers again = browser();
  again.set("If-None-Match", got.headers.get("ETag"));
  const Got unchanged = home.ask("GET", "/", "", again);
  EXPECT_EQ(unchanged.status, 304U);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(unchanged.headers.get("ETag"), got.headers.get("ETag"));
}

TEST(Page, BeginsWithTheRoomsForWhoBringsTheCookieAndWithTheWayInForOthers) {
  TestHome home;
  const auto page = [&home](std::string_view cookie) {
    net::Headers headers = browser("identity");
    if (!cookie.empty()) headers.set("Cookie", cookie);
    return home.ask("GET", "/", "", headers);
  };
  const Got stranger = page("");
  const Got known = page("theme=dark; localscale-session=0123");
  EXPECT_THAT(stranger.body, Not(HasSubstr("<nav")));
  EXPECT_THAT(stranger.body, HasSubstr("data-frame=\"sign-in\""));
  EXPECT_THAT(known.body, HasSubstr("<nav"));
  EXPECT_NE(stranger.headers.get("ETag"), known.headers.get("ETag"));
  EXPECT_EQ(known.headers.get("Cache-Control"), "no-cache");
}

TEST(Page, ItsFilesAreKeptForEver) {
  TestHome home;
  const Got got = home.ask("GET", script_path(), "", browser());
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(got.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(got.headers.get("Vary"), "Accept-Encoding");
  EXPECT_EQ(got.headers.get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(home.ask("GET", "/page/main-00000000.js", "", browser()).status, 404U);
}

TEST(Page, ClientsThatDoNotTakeGzipGetItToo) {
  TestHome home;
  const Got plain = home.ask("GET", "/", "", browser("identity"));
  EXPECT_FALSE(plain.headers.has("Content-Encoding"));
  EXPECT_THAT(plain.body, StartsWith("<!doctype html>"));
  EXPECT_NE(plain.headers.get("ETag"), home.ask("GET", "/", "", browser()).headers.get("ETag"));
}

TEST(Page, RunsOnlyItsOwnFiles) {
  TestHome home;
  const Got got = home.ask("GET", "/", "", browser());
  const std::string policy(got.headers.get("Content-Security-Policy"));
  EXPECT_THAT(policy, StartsWith("default-src 'none'; script-src 'self' 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("; style-src 'self' 'sha256-"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
}

TEST(Page, LeavesTheWindowOfWhoeverMayHaveOpenedIt) {
  TestHome home;
  const auto policy = [&home](std::string_view site) {
    net::Headers headers = browser();
    headers.set("Sec-Fetch-Mode", "navigate");
    if (!site.empty()) headers.set("Sec-Fetch-Site", site);
    return std::string(home.ask("GET", "/", "", headers).headers.get("Cross-Origin-Opener-Policy"));
  };
  for (const std::string_view site : {"cross-site", "same-site", "", "something new"})
    EXPECT_EQ(policy(site), "same-origin") << site;
  for (const std::string_view site : {"none", "same-origin"}) EXPECT_EQ(policy(site), "") << site;
}

TEST(Page, WhatVariesByOriginVariesByEncodingAsWell) {
  Options options;
  options.allowed_origins = {"https://app.example"};
  TestHome home(options);
  EXPECT_EQ(home.ask("GET", script_path(), "", browser()).headers.get("Vary"),
            "Accept-Encoding, Accept, Origin");
}

TEST(Page, IsNotWhatProgramsLookForAtTheRoot) {
  TestHome home;
  EXPECT_EQ(home.ask("GET", "/").body, "Ollama is running");
}

TEST(Encoding, GzipIsTakenWhereItIsNamedAndNotRefused) {
  for (const std::string_view field :
       {"gzip", "br, gzip;q=0.5", "deflate , gzip", "*", "x-gzip", "*;q=0, gzip"})
    EXPECT_TRUE(accepts_gzip(field)) << field;
  for (const std::string_view field :
       {"", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "gzipped", "br"})
    EXPECT_FALSE(accepts_gzip(field)) << field;
}

TEST(Encoding, WhatIsNoWholeGzipFileIsRefused) {
  const std::string_view whole = assets().front().gzip;
  EXPECT_TRUE(gunzip(whole).has_value());
  EXPECT_FALSE(gunzip(whole.substr(0, whole.size() - 1)).has_value());
  EXPECT_FALSE(gunzip(std::string(whole) + "x").has_value());
  EXPECT_FALSE(gunzip("").has_value());
  EXPECT_FALSE(gunzip("plain text").has_value());
}

}  // namespace
}  // namespace localscale::gateway
