#include "mesh/gate/frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.hpp"
#include "mesh/gate/log_state.hpp"
#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

LogState first_state() {
  LogState state;
  for (std::size_t i = 0; i < state.id.size(); ++i) state.id[i] = static_cast<std::byte>(i);
  state.file = 1;
  return state;
}

// The test vectors of docs/protocols/gate-log.md.
TEST(Frame, IsWrittenAndChainedAsTheDocumentSays) {
  crypto::Digest chain{};
  EXPECT_EQ(to_hex(encode_frame(0, encode_head(first_state()), chain)),
            "4c53473100000000000000000000004e35c7693d37b463b20101000102030405060708090a0b0c0d0e0f000000000000"
            "000100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000459705541277e3086ee489ea39ad59da8afa46457774f414b65da03454dfdf62");
  EXPECT_EQ(to_hex(encode_frame(0, encode_records({encode(test_opened())}), chain)),
            "4c5347310000000000000000000000c7b02b96ed3a5ff3fa010200000001000000bd0101000001a3185c5000000000af"
            "010102012f92130e68bc0402fb3b9d2ad7dc028a0e6336355a57b09288dee44f1e3117de0000003c2d2f2d2f656c6d2f"
            "79756d656d6c773279796969617770707175747977756f34746a6537767676656e777064726974777169766c34677570"
            "6b6c6f7100000000000003e8001111111111111111111111111111111122222222222222222222222222222222000001"
            "a3185c4c18000001a3185d3a600000000e6578706c69636974206c6162656ca6dc3be428e3bded2051d596b47c6ea8b3"
            "3843bc05435dc8b6cf50914e176430");
  Closed closed = test_closed(0);
  closed.at.ms += 5;
  EXPECT_EQ(to_hex(encode_frame(1, encode_records({encode(closed)}), chain)),
            "4c5347310000000000000001000000453d40df5fca1c49810102000000010000003b0102000001a3185c500500000000"
            "0000000000000000000000052cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824017d7965"
            "fa7894d17c907a02e3a4298fa33f5808a99924a18bc14cdd86a7d75bf2");
  EXPECT_EQ(to_hex(chain), "7d7965fa7894d17c907a02e3a4298fa33f5808a99924a18bc14cdd86a7d75bf2");
}

TEST(Frame, IsReadAsItIsWritten) {
  crypto::Digest chain = crypto::sha256(bytes_of("before"));
  const crypto::Digest before = chain;
  Bytes bytes = encode_frame(7, bytes_of("body"), chain);
  const std::size_t size = bytes.size();
  bytes.push_back(std::byte{1});
  const auto frame = read_frame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->first, 7U);
  EXPECT_EQ(frame->size, size);
  EXPECT_EQ(frame->chain, chain);
  EXPECT_EQ(chain_of(*frame, before), chain);
  EXPECT_NE(chain_of(*frame, chain), chain);
}

TEST(Frame, CutAnywhereIsNone) {
  crypto::Digest chain{};
  const Bytes bytes = encode_frame(7, bytes_of("body"), chain);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_frame(ByteView(bytes).first(size)));
    EXPECT_EQ(frame_claims_more(ByteView(bytes).first(size)), size >= frame_header_bytes);
  }
}

TEST(Frame, IsFoundBehindRubbishOnlyIfItIsWhole) {
  crypto::Digest chain{};
  const Bytes frame = encode_frame(7, bytes_of("body"), chain);
  Bytes bytes(100, std::byte{0x4c});
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  EXPECT_TRUE(has_frame_behind(bytes));
  EXPECT_FALSE(has_frame_behind(ByteView(bytes).first(bytes.size() - 1)));
  EXPECT_FALSE(has_frame_behind(frame)) << "not the one at the beginning";
  EXPECT_FALSE(has_frame_behind({}));
}

TEST(LogState, IsReadFromAHeadAsItWas) {
  LogState state = first_state();
  std::uint64_t opened = 0;
  for (int i = 0; i < 11; ++i) {
    opened = state.next();
    ASSERT_TRUE(state.apply(test_opened(), encode(test_opened())));
  }
  ASSERT_TRUE(state.apply(test_closed(opened), encode(test_closed(opened))));
  EXPECT_EQ(state.open.size(), 10U);
  EXPECT_EQ(state.latest, test_now);
  const Bytes head = encode_head(state);
  const auto read = decode_head(head);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, state);
  for (std::size_t size = 0; size < head.size(); ++size)
    EXPECT_FALSE(decode_head(ByteView(head).first(size)));
}

TEST(LogState, ClosesOnlyWhatIsOpenAndOnce) {
  LogState state = first_state();
  EXPECT_FALSE(state.apply(test_closed(0), encode(test_closed(0))));
  EXPECT_EQ(state.next(), 0U);
  EXPECT_TRUE(state.apply(test_opened(), encode(test_opened())));
  EXPECT_TRUE(state.apply(test_closed(0), encode(test_closed(0))));
  EXPECT_FALSE(state.apply(test_closed(0), encode(test_closed(0))));
}

TEST(LogState, HasNoMoreOpenThanAHeadCanHold) {
  LogState state = first_state();
  const Bytes encoded = encode(test_opened());
  for (std::size_t i = 0; i < open_sendings_max; ++i) ASSERT_TRUE(state.apply(test_opened(), encoded));
  const auto refused = state.apply(test_opened(), encoded);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::exhausted);
  EXPECT_LE(encode_head(state).size(), frame_body_bytes_max);
  EXPECT_EQ(decode_head(encode_head(state)), state);
}

TEST(LogState, TheMostRecordsOfTheLargestSizeFitInAFrame) {
  const std::vector<Bytes> records(records_per_frame_max, Bytes(record_bytes_max));
  const Bytes body = encode_records(records);
  EXPECT_LE(body.size(), frame_body_bytes_max);
  EXPECT_EQ(decode_records(body), records);
  EXPECT_FALSE(decode_records(encode_records({})));
}

}  // namespace
}  // namespace localscale::mesh::gate
