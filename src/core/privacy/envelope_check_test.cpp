#include "core/privacy/envelope_check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/privacy/test_envelope.hpp"

namespace localscale::core::privacy {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

/// Homes 1 to 3 are members; 1 sends, 2 receives.
class EnvelopeCheck : public testing::Test {
 protected:
  [[nodiscard]] std::optional<Why> leaving(const Envelope& asked) const {
    const auto refusal = check_leaving(asked, out);
    if (refusal) EXPECT_EQ(refusal->who, out.own.home);
    return refusal ? std::optional(refusal->why) : std::nullopt;
  }
  std::optional<Why> arriving(const Envelope& sent, std::uint8_t signer = 1) {
    return arriving(ByteView(encode_signed(sent, TestMembers::key(signer))));
  }
  std::optional<Why> arriving(ByteView bytes) {
    const auto admitted = admit(bytes, seen, in);
    if (admitted) return std::nullopt;
    who = admitted.error().who;
    EXPECT_FALSE(admitted.error().what.empty());
    EXPECT_EQ(to_error(admitted.error()).code, Errc::denied);
    return admitted.error().why;
  }
  /// What both gates say of `envelope`: the same.
  std::optional<Why> both() {
    const auto first = leaving(envelope);
    EXPECT_EQ(arriving(envelope), first);
    if (first) EXPECT_EQ(who, TestMembers::id(1));
    return first;
  }

  TestMembers members;
  LeavingContext out = leaving_home_one(members);
  ArrivingContext in = arriving_at_home_two(members);
  ReplayWindow seen{{test_now.ms - day_ms}};
  Envelope envelope = test_envelope();
  std::optional<crypto::HomeId> who;
};

TEST_F(EnvelopeCheck, LetsPassWhatSomebodyLabelledForNeighbours) {
  EXPECT_EQ(leaving(envelope), std::nullopt);
  EXPECT_EQ(arriving(envelope), std::nullopt);
}

TEST_F(EnvelopeCheck, KeepsHighAtHome) {
  envelope.label = Label::high;
  EXPECT_EQ(both(), Why::label_forbids);
}

TEST_F(EnvelopeCheck, KeepsMediumInTheNeighbourhood) {
  envelope.destination = {"eu", "west", "oak", TestMembers::id(3), ""};
  out.gate_reach = Tier::global;
  EXPECT_EQ(leaving(envelope), Why::label_forbids);
  envelope.label = Label::low;
  EXPECT_EQ(leaving(envelope), std::nullopt);
  out.gate_reach = Tier::neighbourhood;
  EXPECT_EQ(leaving(envelope), Why::misaddressed) << "this gate ends at the neighbourhood";
}

TEST_F(EnvelopeCheck, TakesMediumFromNoGateThatReachesFarther) {
  in.gate_reach = Tier::community;
  EXPECT_EQ(arriving(envelope), Why::label_forbids);
}

TEST_F(EnvelopeCheck, HasNoRuleForReservedPurposesAndOtherKinds) {
  envelope.purpose = Purpose::guest_code;
  EXPECT_EQ(both(), Why::not_allowed);
  envelope.purpose = Purpose::prompt;
  envelope.kind = Kind::bulk;
  EXPECT_EQ(both(), Why::not_allowed);
}

TEST_F(EnvelopeCheck, LetsBackupsOfHighThingsPassFromTheKeeperOnly) {
  envelope.purpose = Purpose::backup;
  envelope.kind = Kind::bulk;
  envelope.label = Label::high;
  EXPECT_EQ(both(), Why::not_allowed) << "without a digest";
  envelope.content = crypto::sha256({});
  EXPECT_EQ(leaving(envelope), Why::not_allowed) << "from the house";
  out.origin = Origin::keeper;
  EXPECT_EQ(leaving(envelope), std::nullopt);
  EXPECT_EQ(arriving(envelope), std::nullopt);
  envelope = test_envelope();
  EXPECT_EQ(leaving(envelope), Why::not_allowed) << "a prompt from the keeper";
}

TEST_F(EnvelopeCheck, WantsABudgetWithinTheLimitOfThePurpose) {
  envelope.byte_budget = 0;
  EXPECT_EQ(both(), Why::oversized);
  envelope.byte_budget = (64ULL << 20U) + 1;
  EXPECT_EQ(both(), Why::oversized);
  envelope.byte_budget = UINT64_MAX;
  EXPECT_EQ(both(), Why::oversized);
  envelope.byte_budget = 64ULL << 20U;
  EXPECT_EQ(leaving(envelope), std::nullopt);
}

TEST_F(EnvelopeCheck, SendsNothingToStrangersEvictedHomesItselfOrAWholePool) {
  envelope.destination.home = TestMembers::id(9);
  EXPECT_EQ(leaving(envelope), Why::not_a_member);
  members.evict(2);
  envelope.destination.home = TestMembers::id(2);
  EXPECT_EQ(leaving(envelope), Why::not_a_member);
  envelope.destination.home = TestMembers::id(1);
  EXPECT_EQ(leaving(envelope), Why::misaddressed);
  envelope.destination.home.reset();
  EXPECT_EQ(leaving(envelope), Why::misaddressed);
}

TEST_F(EnvelopeCheck, SpeaksForNobodyElse) {
  envelope.source = TestMembers::id(3);
  EXPECT_EQ(leaving(envelope), Why::forged);
  envelope.source = TestMembers::id(1);
  out.own.home.reset();
  EXPECT_EQ(leaving(envelope), Why::forged) << "a gate that doesn't know its home lets nothing out";
}

TEST_F(EnvelopeCheck, RefusesForgeries) {
  EXPECT_EQ(arriving(envelope, 3), Why::forged);
  EXPECT_EQ(who, TestMembers::id(1)) << "the connection's home";
  in.peer.reset();
  envelope.kind = Kind::message;
  envelope.purpose = Purpose::control;
  EXPECT_EQ(arriving(envelope, 3), Why::forged);
  EXPECT_EQ(who, std::nullopt) << "by the post office, nobody can be blamed";
  envelope.source = TestMembers::id(2);
  EXPECT_EQ(arriving(envelope, 2), Why::forged) << "our own, sent back to us";
}

TEST_F(EnvelopeCheck, RefusesEveryChangedBit) {
  const Bytes good = encode_signed(envelope, TestMembers::key(1));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes bytes = good;
      bytes[i] ^= static_cast<std::byte>(1U << bit);
      ASSERT_NE(arriving(bytes), std::nullopt) << "byte " << i << ", bit " << bit;
    }
  }
}

TEST_F(EnvelopeCheck, RefusesEveryCutAndWhatIsTooLong) {
  const Bytes good = encode_signed(envelope, TestMembers::key(1));
  for (std::size_t size = 0; size < good.size(); ++size)
    ASSERT_EQ(arriving(ByteView(good).first(size)), Why::malformed) << size;
  EXPECT_EQ(arriving(Bytes(2000)), Why::oversized);
}

TEST_F(EnvelopeCheck, RefusesAMemberThatDeliversAnothersEnvelope) {
  in.peer = TestMembers::id(3);
  EXPECT_EQ(arriving(envelope), Why::wrong_peer);
  EXPECT_EQ(who, TestMembers::id(3));
  in.peer.reset();
  EXPECT_EQ(arriving(envelope), Why::wrong_peer) << "streams come straight";
}

TEST_F(EnvelopeCheck, RefusesStrangersAndTheEvicted) {
  envelope.source = TestMembers::id(9);
  in.peer = TestMembers::id(9);
  EXPECT_EQ(arriving(envelope, 9), Why::not_a_member);
  members.evict(1);
  envelope.source = TestMembers::id(1);
  in.peer = TestMembers::id(1);
  EXPECT_EQ(arriving(envelope), Why::not_a_member);
}

TEST_F(EnvelopeCheck, RefusesWhatIsForOthers) {
  envelope.destination.pool = "oak";
  EXPECT_EQ(arriving(envelope), Why::wrong_pool);
  envelope.destination = {"", "", "elm", TestMembers::id(3), ""};
  EXPECT_EQ(arriving(envelope), Why::misaddressed);
  envelope.destination = {"eu", "", "", std::nullopt, ""};
  EXPECT_EQ(arriving(envelope), Why::misaddressed);
}

TEST_F(EnvelopeCheck, RefusesReplays) {
  EXPECT_EQ(arriving(envelope), std::nullopt);
  EXPECT_EQ(arriving(envelope), Why::replayed);
  envelope.nonce[0] ^= std::byte{1};
  EXPECT_EQ(arriving(envelope), std::nullopt);
}

TEST_F(EnvelopeCheck, TakesEnvelopesInAnyOrder) {
  for (const std::int64_t made : {5000, 1000, 4000, 2000, 3000}) {
    envelope.nonce[0] = static_cast<std::byte>(made / 1000);
    envelope.not_before.ms = test_now.ms - made;
    EXPECT_EQ(arriving(envelope), std::nullopt) << made;
  }
}

TEST_F(EnvelopeCheck, RefusesRelayedMessagesOfTheTimeBeforeTheStart) {
  seen = ReplayWindow(test_now);
  in.peer.reset();
  envelope.kind = Kind::message;
  envelope.purpose = Purpose::control;
  envelope.destination.home.reset();
  EXPECT_EQ(arriving(envelope), Why::maybe_replayed);
  in.now = envelope.not_before = {test_now.ms + clock_skew_max_ms + 1};
  envelope.expires.ms = envelope.not_before.ms + 60'000;
  EXPECT_EQ(arriving(envelope), std::nullopt);
}

TEST_F(EnvelopeCheck, RefusesMoreThanItRemembers) {
  seen = ReplayWindow({0}, 2, 10);
  for (int i = 0; i < 2; ++i) {
    envelope.nonce[0] = static_cast<std::byte>(i);
    EXPECT_EQ(arriving(envelope), std::nullopt);
  }
  envelope.nonce[0] = std::byte{2};
  EXPECT_EQ(arriving(envelope), Why::flooding);
}

TEST_F(EnvelopeCheck, AllowsForClocksThatDifferAMinute) {
  out.now = in.now = {envelope.expires.ms + clock_skew_max_ms};
  EXPECT_EQ(leaving(envelope), std::nullopt);
  EXPECT_EQ(arriving(envelope), std::nullopt);
  ++out.now.ms;
  ++in.now.ms;
  EXPECT_EQ(both(), Why::expired);
  out.now = in.now = {envelope.not_before.ms - clock_skew_max_ms};
  EXPECT_EQ(leaving(envelope), std::nullopt);
  --out.now.ms;
  --in.now.ms;
  EXPECT_EQ(both(), Why::clock_off);
}

TEST_F(EnvelopeCheck, CallsADaysDifferenceAClockThatIsOff) {
  for (const std::int64_t jump : {day_ms, -day_ms}) {
    out.now = in.now = {test_now.ms + jump};
    EXPECT_EQ(both(), Why::clock_off);
  }
}

TEST_F(EnvelopeCheck, RefusesEnvelopesThatAreValidForLongOrNever) {
  envelope.expires.ms = envelope.not_before.ms + lifetime_max_ms + 1;
  EXPECT_EQ(both(), Why::malformed);
  envelope.expires = envelope.not_before;
  EXPECT_EQ(both(), Why::malformed);
}

/// What is refused stays refused when anything about it is stricter, and what passes never passes as high.
RC_GTEST_PROP(EnvelopeCheckProperty, HighNeverPassesInClear, ()) {
  const TestMembers members;
  Envelope envelope = test_envelope();
  envelope.label = static_cast<Label>(*rc::gen::element(0, 3, 77, 255));
  envelope.kind = static_cast<Kind>(*rc::gen::inRange(0, 5));
  envelope.purpose = static_cast<Purpose>(*rc::gen::inRange(0, 9));
  envelope.byte_budget = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  if (*rc::gen::arbitrary<bool>()) envelope.content = crypto::sha256({});
  envelope.destination.home = TestMembers::id(*rc::gen::inRange<std::uint8_t>(1, 5));
  LeavingContext out = leaving_home_one(members);
  out.gate_reach = static_cast<Tier>(*rc::gen::inRange(0, 6));
  out.origin = *rc::gen::element(Origin::house, Origin::keeper);
  ArrivingContext in = arriving_at_home_two(members);
  in.gate_reach = out.gate_reach;
  const ReplayWindow seen({0});
  if (!check_leaving(envelope, out))
    RC_ASSERT(envelope.purpose == Purpose::backup && out.origin == Origin::keeper);
  const Bytes bytes = encode_signed(envelope, TestMembers::key(1));
  if (check_arriving(bytes, seen, in)) RC_ASSERT(envelope.purpose == Purpose::backup);
}

}  // namespace
}  // namespace localscale::core::privacy
