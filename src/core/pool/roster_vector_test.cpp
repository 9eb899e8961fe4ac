#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "core/pool/roster_log.hpp"
#include "core/pool/testing.hpp"

namespace localscale::core::pool {
namespace {

using namespace testing;

// docs/protocols/roster.md shows these. A change of them is a new version of the format.
constexpr std::string_view creation_hex =
    "012f92130e68bc0402fb3b9d2ad7dc028a0e6336355a57b09288dee44f1e3117de0000018bcfe568000000000001cecc"
    "1507dc1ddd7295951c290888f095adb9044d1b73d696e6df065d683bd4fc00000006686f6d6520310000000000000000"
    "0000000000000000020000000001000000067374726565740132021403016d0000000000000000000000000000000000"
    "000000000529e43fc7e61d3e8fbd31c9383d3705d3b5cf38931969ee2245ea71fbe6254a9bdbc03db9cf2359e0034934"
    "ed1facb890eaae56c0c0907d837735d5c70dc60a";
constexpr std::string_view creation_id = "5862df47e5875d731bf82f30e120b2503c79e226811e402877b7a9aacbbdfd22";
constexpr std::string_view admission_hex =
    "012f92130e68bc0402fb3b9d2ad7dc028a0e6336355a57b09288dee44f1e3117de0000018bcfe56800000000015862df"
    "47e5875d731bf82f30e120b2503c79e226811e402877b7a9aacbbdfd22026b79c57e6a095239282c04818e96112f3f03"
    "a4001ba97a564c23852a3f1ea5fc00000006686f6d652032000000000000000000000000000000000200000000000001"
    "8f6ede1800013bbc3be833c2d18926816bfcc280b4cbbe01066e4ee0512364acffaba52ef8242a996ca654352a394afd"
    "f7c3231ade023aaf8bf61b9358771c82285d327db40100000000fcea19dc2f7a4d270bd6b93c1240cb0e7111d24bda75"
    "4ca56bddacad4274ce97f45f2a5339a41f38f3b4c9e18febfffba1f220ac39b8e7c7a96f22bfaddff808";
constexpr std::string_view admission_id = "fce38ca9b5c2048673ee43f801bd321f9f7704bf170b7c0a4c79bb46d2557c9a";

TEST(RosterVectors, AreThoseOfTheDocument) {
  const TestHome founder(1);
  const TestHome second(2);
  const Transition first = creation(founder);
  EXPECT_EQ(to_hex(encode(first)), creation_hex);
  EXPECT_EQ(to_hex(id_of(first).hash), creation_id);
  const RosterLog log = *RosterLog::create(first);
  const Transition admission = next_admit(log, second, {&founder});
  EXPECT_EQ(to_hex(encode(admission)), admission_hex);
  EXPECT_EQ(to_hex(id_of(admission).hash), admission_id);
  EXPECT_TRUE(with(log, admission).roster().member(second.id())->has_say);
}

}  // namespace
}  // namespace localscale::core::pool
