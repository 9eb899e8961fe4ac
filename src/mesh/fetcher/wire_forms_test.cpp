// The small texts that come from servers: addresses, URLs, challenges, content ranges; and the progress
// filter.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "mesh/fetcher/address.hpp"
#include "mesh/fetcher/challenge.hpp"
#include "mesh/fetcher/content_range.hpp"
#include "mesh/fetcher/progress.hpp"
#include "mesh/fetcher/registries.hpp"
#include "mesh/fetcher/url.hpp"

namespace localscale::mesh::fetcher {
namespace {

using namespace std::chrono_literals;

bool is_public_text(const char* text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    EXPECT_EQ(::inet_pton(AF_INET6, text, &v6->sin6_addr), 1) << text;
    storage.ss_family = AF_INET6;
  }
  return is_public(reinterpret_cast<const sockaddr&>(storage));
}

TEST(Address, OnlyThePublicInternetIsPublic) {
  for (const auto* text : {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1",
                           "223.255.255.255", "2606:4700::1", "64:ff9b::808:808", "2002:808:808::1"}) {
    EXPECT_TRUE(is_public_text(text)) << text;
  }
  for (const auto* text : {"0.0.0.0",
                           "10.1.2.3",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.9.9",
                           "192.168.1.1",
                           "100.64.0.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "fd00::1",
                           "ff02::1",
                           "::ffff:10.0.0.1",
                           "::ffff:8.8.8.8",
                           "64:ff9b::a00:1",
                           "2002:a00:1::",
                           "2001:db8::1",
                           "2001::1",
                           "::127.0.0.1"}) {
    EXPECT_FALSE(is_public_text(text)) << text;
  }
}

TEST(Url, PartsThatDecideWhomWeTalkTo) {
  const auto url = parse_url("HTTPS://Example.ORG/a?b#c");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->authority(), "example.org:443");
  EXPECT_EQ(url->text.find('#'), std::string::npos);
  for (const auto* bad : {"", "ftp://x/", "file:///etc/passwd", "https://user:pw@x/", "https://user@x/",
                          "https://", "https:// x/", "javascript:1"}) {
    EXPECT_FALSE(parse_url(bad).has_value()) << bad;
  }
}

TEST(Url, RedirectsResolveAgainstWhereTheyCameFrom) {
  const auto base = *parse_url("https://a.example/x/y");
  EXPECT_EQ(resolve_url(base, "/z")->text, "https://a.example/z");
  EXPECT_EQ(resolve_url(base, "z?q=1")->text, "https://a.example/x/z?q=1");
  EXPECT_EQ(resolve_url(base, "//b.example/")->authority(), "b.example:443");
  EXPECT_FALSE(resolve_url(base, "").has_value());
  EXPECT_FALSE(resolve_url(base, "file:///x").has_value());
}

TEST(Challenge, AsksForAnAnonymousTokenWhereOneIsGivenAway) {
  const auto challenge =
      parse_challenge(R"(Bearer realm="https://a/token",service="s",scope="repository:x/y:pull")");
  ASSERT_TRUE(challenge.has_value());
  EXPECT_EQ(token_url(*challenge), "https://a/token?service=s&scope=repository%3Ax%2Fy%3Apull");
  for (const auto* other : {"", "Basic realm=\"x\"", "Bearer", "Bearer service=\"x\"", "Bearer realm=\"x"}) {
    EXPECT_EQ(parse_challenge(other).error().code, Errc::denied) << other;
  }
  EXPECT_EQ(*parse_token(R"({"access_token":"t"})"), "t");
  EXPECT_FALSE(parse_token(R"({"token":"a\r\nX: y"})").has_value()) << "it would break the request's header";
}

TEST(ContentRange, OnlySatisfiedByteRangesAreTaken) {
  EXPECT_EQ(parse_content_range("bytes 0-9/100"), (ContentRange{0, 10, 100}));
  EXPECT_EQ(parse_content_range("bytes 5-9/*"), (ContentRange{5, 10, std::nullopt}));
  for (const auto* bad : {"", "bytes */100", "bytes 9-5/100", "bytes 0-100/100", "items 0-9/10", "bytes 0-9",
                          "bytes -1-9/10", "bytes 0-18446744073709551615/*"}) {
    EXPECT_EQ(parse_content_range(bad), std::nullopt) << bad;
  }
}

TEST(Registries, PlainHttpAndPrivateAddressesNeedTheConfig) {
  const auto registries = Registries::create({{"lab", "ollama", "http://lab.example:81", "192.168.1.2", ""}});
  EXPECT_TRUE(registries.allow(*parse_url("https://anywhere.example/")));
  EXPECT_TRUE(registries.allow(*parse_url("http://lab.example:81/x")));
  EXPECT_FALSE(registries.allow(*parse_url("http://lab.example:82/x")));
  EXPECT_EQ(registries.pinned_address(*parse_url("http://lab.example:81/x")), "192.168.1.2");
  EXPECT_EQ(registries.pinned_address(*parse_url("https://registry.ollama.ai/")), "");
  EXPECT_EQ(registries.find("hf.co")->base.text, "https://huggingface.co");
  EXPECT_EQ(registries.find("other.example:8443")->base.text, "https://other.example:8443");
}

TEST(Registries, AWrongEntryFailsItsOwnPullsOnly) {
  const auto registries = Registries::create({{"plain", "ollama", "http://plain", "", ""},
                                              {"odd", "ftp", "https://odd", "", ""},
                                              {"hf.co", "huggingface", "https://hf.co", "", "/nonexistent"},
                                              {"lab", "ollama", "http://lab", "192.168.1.2", ""}});
  for (const char* name : {"plain", "odd", "hf.co"}) {
    const auto wrong = registries.find(name);
    ASSERT_FALSE(wrong) << name;
    EXPECT_EQ(wrong.error().code, Errc::invalid_argument);
    EXPECT_NE(wrong.error().what.find(name), std::string::npos);
  }
  EXPECT_FALSE(registries.allow(*parse_url("http://plain/x")));
  EXPECT_TRUE(registries.find("lab"));
  EXPECT_TRUE(registries.find("registry.ollama.ai"));
}

TEST(ProgressFilter, PassesFiveASecondAndEveryChange) {
  ProgressFilter filter;
  auto now = ProgressFilter::Time{} + 1h;
  int passed = 0;
  for (int i = 0; i < 1000; ++i, now += 10ms) {
    passed += filter.next(now, {"pulling x", "d", 10'000, static_cast<std::uint64_t>(i), 0}) ? 1 : 0;
  }
  EXPECT_GE(passed, 45);
  EXPECT_LE(passed, 51);
  EXPECT_TRUE(filter.next(now, {"pulling x", "d", 10'000, 10'000, 0})) << "the end always passes";
  EXPECT_FALSE(filter.next(now, {"pulling x", "d", 10'000, 10'000, 0})) << "once";
  EXPECT_TRUE(filter.next(now, {"success", "", 0, 0, 0}));
}

TEST(ProgressFilter, TheRateFollowsTheLine) {
  ProgressFilter filter;
  auto now = ProgressFilter::Time{} + 1h;
  std::uint64_t rate = 0;
  for (std::uint64_t i = 0; i < 100; ++i, now += 200ms) {
    if (const auto status = filter.next(now, {"pulling x", "d", 1 << 30, i * 200'000, 0}))
      rate = status->bytes_per_second;
  }
  EXPECT_NEAR(static_cast<double>(rate), 1e6, 1e4);
}

}  // namespace
}  // namespace localscale::mesh::fetcher
