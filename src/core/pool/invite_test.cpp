#include "core/pool/invite.hpp"

#include <gtest/gtest.h>

namespace localscale::core::pool {
namespace {

Invite example() {
  Invite invite;
  invite.pool.hash.fill(std::byte{0x11});
  invite.addresses = {"192.0.2.7:7412", "[2001:db8::7]:7412"};
  invite.certificate_pin.fill(std::byte{0x22});
  invite.secret.fill(std::byte{0x33});
  invite.expires = {1'700'000'600'000};
  return invite;
}

// docs/protocols/invite.md shows this link.
constexpr std::string_view vector_link =
    "localscale://join/"
    "ARERERERERERERERERERERERERERERERERERERERERERAAAAAgAAAA4xOTIuMC4yLjc6NzQxMgAAABJbMjAwMTpkYjg6Ojdd"
    "Ojc0MTIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIjMzMzMzMzMzMzMzMzMzMzMAAAGLz-6PwG1WJgg";

TEST(Invite, IsALinkThatIsReadAsItIsWritten) {
  const auto link = to_link(example());
  ASSERT_TRUE(link);
  EXPECT_EQ(*link, vector_link);
  EXPECT_EQ(*parse_invite(*link), example());
  EXPECT_EQ(*parse_invite("  " + *link + "\r\n"), example());
}

TEST(Invite, IsNoLinkWithACharacterChangedMissingOrAdded) {
  const std::string link = *to_link(example());
  for (std::size_t i = 0; i < link.size(); ++i) {
    std::string other = link;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(parse_invite(other)) << i;
    other.erase(i, 1);
    EXPECT_FALSE(parse_invite(other)) << i;
  }
  EXPECT_FALSE(parse_invite(link + "A"));
  EXPECT_FALSE(parse_invite(link + "="));
  EXPECT_FALSE(parse_invite(""));
  EXPECT_FALSE(parse_invite("localscale://join/"));
  EXPECT_FALSE(parse_invite("https://join/" + link.substr(invite_prefix.size())));
  EXPECT_FALSE(parse_invite(std::string(100'000, 'A')));
  EXPECT_EQ(parse_invite("hello").error().code, Errc::invalid_argument);
}

TEST(Invite, HoldsOneToEightAddressesAndAnEnd) {
  Invite none = example();
  none.addresses.clear();
  EXPECT_FALSE(to_link(none));
  Invite many = example();
  many.addresses.assign(9, "192.0.2.7:7412");
  EXPECT_FALSE(to_link(many));
  many.addresses.assign(8, std::string(128, 'a'));
  const auto longest = to_link(many);
  ASSERT_TRUE(longest);
  EXPECT_LE(longest->size(), invite_link_bytes_max);
  EXPECT_EQ(*parse_invite(*longest), many);
  Invite endless = example();
  endless.expires = {};
  EXPECT_FALSE(to_link(endless));
}

}  // namespace
}  // namespace localscale::core::pool
