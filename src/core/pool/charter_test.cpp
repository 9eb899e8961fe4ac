#include "core/pool/charter.hpp"

#include <gtest/gtest.h>

namespace localscale::core::pool {
namespace {

TEST(Charter, NeedsMoreThanItsShareOfThoseWithASay) {
  const Charter charter{.pool_name = "street"};
  const std::vector<std::size_t> needed{1, 1, 2, 2, 3, 3, 4, 4, 5};
  for (std::size_t homes = 0; homes < needed.size(); ++homes)
    EXPECT_EQ(quorum(charter, homes), needed[homes]) << homes;
  EXPECT_EQ(quorum({.pool_name = "street", .quorum_percent = 90}, 5), 5U);
  EXPECT_EQ(quorum({.pool_name = "street", .quorum_percent = 66}, 20), 14U);
}

TEST(Charter, LetsNeitherOneHomeNorHalfOfThemThrowOthersOut) {
  const Charter charter{.pool_name = "street"};
  EXPECT_GT(quorum_against(charter, 1), 1U);
  EXPECT_GT(quorum_against(charter, 2), 1U);  // Only one other is there: nobody can.
  for (std::size_t homes = 3; homes <= homes_max_limit; ++homes)
    for (const std::uint8_t percent : std::initializer_list<std::uint8_t>{50, 66, 90}) {
      const std::size_t needed = quorum_against({.pool_name = "street", .quorum_percent = percent}, homes);
      EXPECT_GT(2 * needed, homes);
      EXPECT_LT(needed, homes) << "all others together can";
    }
}

TEST(Charter, NamesTheRuleThatIsNone) {
  EXPECT_TRUE(validate({.pool_name = "street"}));
  EXPECT_FALSE(validate({.pool_name = ""}));
  EXPECT_FALSE(validate({.pool_name = std::string(65, 'a')}));
  EXPECT_FALSE(validate({.pool_name = "a\nb"}));
  EXPECT_NE(validate({.pool_name = "street", .quorum_percent = 49}).error().what.find("quorum_percent is 49"),
            std::string::npos);
  EXPECT_FALSE(validate({.pool_name = "street", .renewers = 0}));
  EXPECT_FALSE(validate({.pool_name = "street", .homes_max = 33}));
  EXPECT_FALSE(validate({.pool_name = "street", .guests_per_sponsor = 0}));
  EXPECT_FALSE(validate({.pool_name = "street", .entry_days = 4000}));
  EXPECT_FALSE(validate({.pool_name = "street", .admission = AdmissionRule{3}}));
}

TEST(Charter, IsReadAsItIsWrittenAndInNoOtherVersion) {
  const Charter charter{"street", AdmissionRule::quorum, 66, 3, 12, 5, 90};
  Encoder into;
  encode(charter, into);
  Bytes bytes = into.take();
  Decoder from(bytes);
  EXPECT_EQ(decode_charter(from), charter);
  EXPECT_TRUE(from.finish("it"));
  bytes[0] = std::byte{2};
  Decoder newer(bytes);
  decode_charter(newer);
  EXPECT_NE(newer.finish("The charter").error().what.find("version"), std::string::npos);
}

}  // namespace
}  // namespace localscale::core::pool
