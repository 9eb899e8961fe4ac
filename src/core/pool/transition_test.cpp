#include "core/pool/transition.hpp"

#include <gtest/gtest.h>

#include "core/pool/testing.hpp"

namespace localscale::core::pool {
namespace {

using namespace testing;

std::vector<Act> one_of_each_kind() {
  const TestHome home(7);
  const PublicKey key = home.key().public_key();
  HomeFacts facts{"Küche", "north end", {"house", "feeder", "street"}, Role::always_on, {"192.0.2.7:7412"}};
  return {CreatePool{key, facts, {.pool_name = "street"}, {}},
          Admit{key, facts, {5}},
          Renew{home.id(), {7}},
          RotateKey{home.id(), key},
          RevokeNode{home.id(), key},
          Evict{{home.id()}},
          Leave{},
          ChangeCharter{{.pool_name = "lane"}},
          SetFacts{facts}};
}

TEST(Transition, OfEachKindIsReadAsItIsWritten) {
  const TestHome author(1);
  const TestHome other(2);
  for (const Act& act : one_of_each_kind()) {
    const bool creates = std::holds_alternative<CreatePool>(act);
    std::vector<TransitionId> parents;
    if (!creates) parents.resize(1);
    const Transition step = make(parents, act, {&author, &other}, &other.key());
    const Bytes bytes = encode(step);
    const auto again = decode_transition(bytes);
    ASSERT_TRUE(again) << act.index();
    EXPECT_EQ(*again, step);
    EXPECT_EQ(*decode_transition_body(encode(step.body)), step.body);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode_transition(ByteView(bytes).first(size))) << size;
    Bytes longer = bytes;
    longer.push_back({});
    EXPECT_FALSE(decode_transition(longer));
  }
}

TEST(Transition, IsNamedByAllOfItsBytes) {
  const TestHome author(1);
  const Bytes bytes = encode(make({TransitionId{}}, Leave{}, {&author}));
  const TransitionId id = id_of(*decode_transition(bytes));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes other = bytes;
    other[i] ^= std::byte{1};
    const auto step = decode_transition(other);
    if (step) EXPECT_NE(id_of(*step), id) << i;
  }
}

TEST(Transition, IsSealedWithAllOtherSignaturesInIt) {
  const TestHome author(1);
  const TestHome second(2);
  const TestHome third(3);
  Transition step = make({TransitionId{}}, Evict{{TestHome(4).id()}}, {&author, &second, &third});
  EXPECT_TRUE(verify_seal(step, author.key().public_key()));
  EXPECT_TRUE(verify_cosignature(
      step, step.cosignatures[0],
      step.cosignatures[0].home == second.id() ? second.key().public_key() : third.key().public_key()));
  step.cosignatures.pop_back();
  EXPECT_FALSE(verify_seal(step, author.key().public_key()));
}

TEST(Transition, KeepsOneSignatureOfEachHome) {
  const TestHome author(1);
  const TestHome second(2);
  const Transition step =
      make({TransitionId{}}, Evict{{TestHome(4).id()}}, {&author, &second, &second, &second});
  EXPECT_EQ(step.cosignatures.size(), 1U);
  Transition twice = step;
  twice.cosignatures.push_back(twice.cosignatures.front());
  EXPECT_FALSE(decode_transition(encode(twice)));
}

TEST(Transition, IsRefusedOutOfOrderOrWithoutParents) {
  const TestHome author(1);
  TransitionId second;
  second.hash[0] = std::byte{1};
  EXPECT_TRUE(decode_transition(encode(make({{}, second}, Leave{}, {&author}))));
  EXPECT_FALSE(decode_transition(encode(make({second, {}}, Leave{}, {&author}))));
  EXPECT_FALSE(decode_transition(encode(make({second, second}, Leave{}, {&author}))));
  EXPECT_FALSE(decode_transition(encode(make({}, Leave{}, {&author}))));
  EXPECT_FALSE(decode_transition(encode(make({second}, one_of_each_kind()[0], {&author}))));
  EXPECT_FALSE(decode_transition(encode(make({second}, Evict{}, {&author}))));
  EXPECT_FALSE(decode_transition(encode(make({second}, Evict{{author.id(), author.id()}}, {&author}))));
}

TEST(Transition, HoldsNoMoreThanItsLimits) {
  const TestHome author(1);
  HomeFacts facts = author.facts();
  facts.addresses.assign(9, "192.0.2.7:7412");
  EXPECT_FALSE(decode_transition(encode(make({TransitionId{}}, SetFacts{facts}, {&author}))));
  facts.addresses.clear();
  facts.name = std::string(65, 'a');
  EXPECT_FALSE(decode_transition(encode(make({TransitionId{}}, SetFacts{facts}, {&author}))));
  facts.name = "";
  EXPECT_FALSE(decode_transition(encode(make({TransitionId{}}, SetFacts{facts}, {&author}))));
  EXPECT_FALSE(decode_transition(Bytes(transition_bytes_max + 1)));
  EXPECT_FALSE(decode_transition(encode(make({TransitionId{}}, Renew{author.id(), {-1}}, {&author}))));
}

}  // namespace
}  // namespace localscale::core::pool
