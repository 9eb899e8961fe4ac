#include "crypto/home_id.hpp"

#include <gtest/gtest.h>

namespace localscale::crypto {
namespace {

TEST(HomeId, IsTheHashOfTheFirstKey) {
  const PublicKey key = SigningKey::generate().public_key();
  EXPECT_EQ(home_id(key), home_id(key));
  EXPECT_NE(home_id(key), home_id(SigningKey::generate().public_key()));
}

TEST(HomeId, IsReadAsItIsWritten) {
  for (int i = 0; i < 100; ++i) {
    const HomeId id = home_id(SigningKey::generate().public_key());
    const std::string text = to_text(id);
    EXPECT_EQ(text.size(), 52U);
    EXPECT_EQ(parse_home_id(text), id) << text;
  }
  EXPECT_EQ(to_text({}), std::string(52, 'a'));
}

TEST(HomeId, IsInNoOtherText) {
  const std::string good = to_text({});
  std::string capital = good;
  capital[3] = 'A';
  std::string bits_left = good;
  bits_left.back() = 'b';
  for (const std::string& text :
       {std::string{}, good + "a", good.substr(1), capital, bits_left, good.substr(1) + "1"})
    EXPECT_FALSE(parse_home_id(text)) << text;
}

}  // namespace
}  // namespace localscale::crypto
