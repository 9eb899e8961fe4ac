#include "core/privacy/envelope.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.hpp"
#include "core/privacy/test_envelope.hpp"

namespace localscale::core::privacy {
namespace {

// The test vectors of docs/protocols/envelope.md.
constexpr std::string_view vector_message =
    "010102012f92130e68bc0402fb3b9d2ad7dc028a0e6336355a57b09288dee44f1e3117de0000003c2d2f2d2f656c6d2f79756d65"
    "6d6c773279796969617770707175747977756f34746a6537767676656e777064726974777169766c346775706b6c6f7100000000"
    "000003e8001111111111111111111111111111111122222222222222222222222222222222000001a3185c4c18000001a3185d3a"
    "600000000e6578706c69636974206c6162656c";
constexpr std::string_view vector_signature =
    "bd58c204afa55fd0a1c55e57e8c6167f0fefd33f22866bb31ce7637ea4b3f2ac8123f9e7658e8e5db1f4fa36391824c8aaf02227"
    "49510618654633a3a3cf4a05";

Nonce any_nonce() {
  Nonce nonce{};
  for (std::byte& byte : nonce) byte = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
  return nonce;
}

Envelope any_envelope() {
  Envelope envelope = test_envelope();
  envelope.label = *rc::gen::element(Label::high, Label::medium, Label::low);
  envelope.kind = *rc::gen::element(Kind::message, Kind::stream, Kind::bulk);
  envelope.purpose = static_cast<Purpose>(*rc::gen::inRange(1, 8));
  envelope.byte_budget = *rc::gen::arbitrary<std::uint64_t>();
  if (*rc::gen::arbitrary<bool>()) envelope.content = crypto::sha256(any_nonce());
  if (*rc::gen::arbitrary<bool>()) envelope.destination.region = "eu";
  envelope.nonce = any_nonce();
  envelope.request = any_nonce();
  envelope.expires.ms = *rc::gen::inRange<std::int64_t>(0, 253'402'300'800'000);
  return envelope;
}

TEST(Envelope, IsWrittenAsTheDocumentSays) {
  EXPECT_EQ(to_hex(encode(test_envelope())), vector_message);
  const Bytes all = encode_signed(test_envelope(), TestMembers::key(1));
  EXPECT_EQ(to_hex(ByteView(all).last(64)), vector_signature);
}

RC_GTEST_PROP(Envelope, IsReadAsItIsWritten, ()) {
  const Envelope envelope = any_envelope();
  const auto read = decode_signed_envelope(encode_signed(envelope, TestMembers::key(1)));
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->envelope == envelope);
  RC_ASSERT(read->message == encode(envelope));
  RC_ASSERT(crypto::verify(TestMembers::key(1).public_key(), "envelope", read->message, read->signature));
}

TEST(Envelope, CutAnywhereOrWithMoreBehindItIsNone) {
  Bytes bytes = encode_signed(test_envelope(), TestMembers::key(1));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_signed_envelope(ByteView(bytes).first(size))) << size;
  bytes.push_back(std::byte{0});
  EXPECT_FALSE(decode_signed_envelope(bytes));
}

TEST(Envelope, OfAnUnknownVersionLabelKindOrPurposeIsNone) {
  for (std::size_t at = 0; at < 4; ++at) {
    for (const int number : {0, 3, 4, 8, 200}) {
      Bytes bytes = encode(test_envelope());
      const bool known =
          (at == 1 && number == 0) || (at == 2 && number == 3) || (at == 3 && (number == 3 || number == 4));
      bytes[at] = static_cast<std::byte>(number);
      EXPECT_EQ(decode_envelope(bytes).has_value(), known) << at << ": " << number;
    }
  }
}

TEST(Envelope, WithATimeThatNoCalendarHasIsNone) {
  Envelope envelope = test_envelope();
  for (const std::int64_t ms : {std::int64_t{-1}, std::int64_t{253'402'300'800'000}, INT64_MAX, INT64_MIN}) {
    envelope.expires.ms = ms;
    EXPECT_FALSE(decode_envelope(encode(envelope))) << ms;
  }
}

TEST(Envelope, WithARuleThatIsTooLongOrNotTextIsNone) {
  Envelope envelope = test_envelope();
  for (const std::string& rule : {std::string(65, 'x'), std::string("two\nlines"), std::string("\xff")}) {
    envelope.rule = rule;
    EXPECT_FALSE(decode_envelope(encode(envelope)));
  }
}

}  // namespace
}  // namespace localscale::core::privacy
