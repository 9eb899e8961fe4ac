#include "core/routing/ad.hpp"

#include <algorithm>
#include <tuple>

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace localscale::core {
namespace {

crypto::SigningKey key_number(std::uint8_t number) {
  crypto::SigningKey::Seed seed{};
  seed[0] = std::byte{number};
  return crypto::SigningKey(seed);
}

crypto::HomeId home_number(std::uint8_t number) {
  return crypto::home_id(key_number(number).public_key());
}

const crypto::Digest pool = crypto::sha256(bytes_of("a pool"));

Ad smallest_ad() {
  Ad ad;
  ad.home = home_number(1);
  ad.sequence = 1;
  return ad;
}

/// Every list full.
Ad fullest_ad() {
  Ad ad = smallest_ad();
  ad.sequence = (7ULL << 32) + 9;
  ad.time = {1'790'000'000'000};
  ad.roster_head = crypto::sha256(bytes_of("a roster"));
  ad.owner = OwnerState::near;
  ad.slots_free = {step_below(3), step_below(8), step_below(0), step_below(1)};
  ad.memory_free_mib = step_below(24'000);
  ad.accelerator_free_mib = step_below(8'000);
  ad.queue_s = step_above(7);
  ad.price = step_above(1'500);
  for (std::uint8_t i = 0; i < ad_models_max; ++i)
    ad.models.push_back({{std::byte{i}}, i % 3 == 0, step_below(std::uint64_t{i} * 10)});
  for (std::uint8_t i = 0; i < ad_round_trips_max; ++i)
    ad.round_trips.push_back({{std::byte{i}, std::byte{1}}, step_above(std::uint64_t{i} * 3)});
  for (std::uint8_t i = 0; i < ad_addresses_max; ++i)
    ad.addresses.push_back(
        {static_cast<AddressKind>(i), {std::byte{0xfd}, std::byte{i}}, static_cast<std::uint16_t>(7412 + i)});
  return ad;
}

std::optional<Ad> opened(ByteView bytes, const crypto::Digest& in_pool = pool,
                         const crypto::PublicKey& key = key_number(1).public_key()) {
  Result<ReceivedAd> received = ReceivedAd::read(bytes);
  if (!received) return {};
  return std::move(*received).open(in_pool, key);
}

TEST(Ad, HasOneSizeWhateverItSays) {
  EXPECT_EQ(seal_ad(smallest_ad(), pool, key_number(1)).size(), ad_size);
  EXPECT_EQ(seal_ad(fullest_ad(), pool, key_number(1)).size(), ad_size);
}

TEST(Ad, IsReadAsItWasWritten) {
  for (const Ad& ad : {smallest_ad(), fullest_ad()}) {
    const Bytes bytes = seal_ad(ad, pool, key_number(1));
    EXPECT_EQ(ReceivedAd::read(bytes)->claimed_home(), ad.home);
    EXPECT_EQ(opened(bytes), ad);
  }
}

TEST(Ad, IsWorthNothingInAnotherPoolOrWithAnothersKey) {
  const Bytes bytes = seal_ad(fullest_ad(), pool, key_number(1));
  EXPECT_FALSE(opened(bytes, crypto::sha256(bytes_of("another pool"))));
  EXPECT_FALSE(opened(bytes, pool, key_number(2).public_key()));
  EXPECT_FALSE(opened(seal_ad(fullest_ad(), pool, key_number(2))));
}

TEST(Ad, IsWorthNothingWithOneBitChanged) {
  const Bytes good = seal_ad(fullest_ad(), pool, key_number(1));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{1};
    EXPECT_FALSE(opened(bad)) << i;
  }
}

TEST(Ad, IsRefusedInAnyOtherSize) {
  Bytes bytes = seal_ad(fullest_ad(), pool, key_number(1));
  bytes.push_back(std::byte{0});
  EXPECT_EQ(ReceivedAd::read(bytes).error().code, Errc::corrupt);
  for (std::size_t size = 0; size < ad_size; ++size)
    EXPECT_FALSE(ReceivedAd::read(ByteView(bytes).first(size))) << size;
}

/// The smallest ad with one byte of it set.
Bytes with(std::size_t at, std::uint8_t value) {
  Bytes bytes = seal_ad(smallest_ad(), pool, key_number(1));
  bytes.at(at) = std::byte{value};
  return bytes;
}

TEST(Ad, IsRefusedIfAnythingInItBreaksARule) {
  ASSERT_TRUE(ReceivedAd::read(with(0, 1)));
  const std::tuple<std::size_t, std::uint8_t, const char*> bad[] = {
      {0, 2, "version"},        {40, 0, "sequence 0"},      {41, 0x80, "time before 1970"},
      {48, 1, "a broken tick"}, {81, 4, "owner's state"},   {82, 9, "too many slots"},
      {86, 61, "a step"},       {92, 1, "too many models"}, {97, 25, "too many round trips"},
      {101, 1, "a port 0"},     {447, 1, "filling"}};
  for (const auto& [at, value, what] : bad) EXPECT_FALSE(ReceivedAd::read(with(at, value))) << what;
}

TEST(Ad, ListsEachModelAndEachHomeOnce) {
  const auto start_of_models = 94;
  Bytes bytes = seal_ad(fullest_ad(), pool, key_number(1));
  std::copy_n(bytes.begin() + start_of_models, 8, bytes.begin() + start_of_models + 10);
  EXPECT_FALSE(ReceivedAd::read(bytes));
  const auto start_of_round_trips = start_of_models + 12 * 10 + 4;
  bytes = seal_ad(fullest_ad(), pool, key_number(1));
  std::copy_n(bytes.begin() + start_of_round_trips, 6, bytes.begin() + start_of_round_trips + 7);
  EXPECT_FALSE(ReceivedAd::read(bytes));
}

TEST(Ad, ShowsNoDifferenceBetweenValuesOfOneStep) {
  const auto with_load = [](std::uint64_t memory, std::uint64_t queue, std::int64_t ms) {
    Ad ad = smallest_ad();
    ad.memory_free_mib = step_below(memory);
    ad.queue_s = step_above(queue);
    ad.time = ad_time({ms});
    return seal_ad(ad, pool, key_number(1));
  };
  EXPECT_EQ(with_load(16'384, 25, 1'000'000), with_load(24'575, 32, 1'001'999));
  EXPECT_NE(with_load(16'384, 25, 1'000'000), with_load(24'576, 25, 1'000'000));
  EXPECT_NE(with_load(16'384, 25, 1'000'000), with_load(16'384, 24, 1'000'000));
  EXPECT_NE(with_load(16'384, 25, 1'000'000), with_load(16'384, 25, 1'002'000));
}

TEST(Ad, SaysWhomItsHomeHears) {
  Ad ad = smallest_ad();
  EXPECT_FALSE(hears(ad, home_number(2)));
  ad.round_trips.push_back({short_home(home_number(2)), {}});
  EXPECT_TRUE(hears(ad, home_number(2)));
  EXPECT_FALSE(hears(ad, home_number(3)));
}

// docs/protocols/ad.md repeats these.
TEST(Ad, IsThatOfTheDocument) {
  const Bytes small = seal_ad(smallest_ad(), pool, key_number(1));
  const Bytes full = seal_ad(fullest_ad(), pool, key_number(1));
  EXPECT_EQ(to_hex(crypto::sha256(small)), "2faafeb22cb00b1ab423c9097e2b3c589cc5259e868953955b9bfa2667107f71")
      << to_hex(small);
  EXPECT_EQ(to_hex(crypto::sha256(full)), "d2b2c384af7023a965c57b77592a2c37c7ad2ffa4918243ea18fc8c42140f000")
      << to_hex(full);
}

}  // namespace
}  // namespace localscale::core
