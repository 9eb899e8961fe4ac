#include "net/authority.hpp"

#include <gtest/gtest.h>

namespace localscale::net {
namespace {

TEST(Authority, IsANameOrAddressWithAnOptionalPort) {
  for (const std::string_view good : {"localhost", "home.example:7411", "127.0.0.1:7411", "[::1]",
                                      "[fe80::1]:80", "a_b-c.local:65535", "LOCALHOST:1"}) {
    EXPECT_TRUE(is_authority(good)) << good;
  }
}

TEST(Authority, IsNothingThatTwoReadersUnderstandDifferently) {
  for (const std::string_view bad :
       {"", ":80", "a:", "a:b", "a:123456", "127.0.0.1:7411@evil.example", "me@localhost", "a b", "a/b",
        "a,b", "[::1", "[]", "[x]:1", "[::1]x", "[::1]:", "::1", "caf\xc3\xa9", "a:1:2", "localhost\\evil"}) {
    EXPECT_FALSE(is_authority(bad)) << bad;
  }
  EXPECT_FALSE(is_authority(std::string(300, 'a')));
}

TEST(AbsoluteTarget, IsTakenApartAtTheEndOfItsAuthority) {
  const auto whole = absolute_target("HTTP://home:7411/x?y=1");
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->authority, "home:7411");
  EXPECT_EQ(whole->rest, "/x?y=1");
  EXPECT_EQ(absolute_target("https://home")->rest, "");
  EXPECT_EQ(absolute_target("http://home?q")->authority, "home");
  EXPECT_FALSE(absolute_target("/http://home/").has_value());
  EXPECT_FALSE(absolute_target("*").has_value());
}

}  // namespace
}  // namespace localscale::net
