#include "mesh/gate/record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.hpp"
#include "base/printable.hpp"
#include "mesh/gate/test_log.hpp"

namespace localscale::mesh::gate {
namespace {

using core::privacy::Why;

std::vector<Record> one_of_each() {
  Refused nobody = test_refused();
  nobody.refusal.who.reset();
  return {test_opened(), test_closed(0), test_refused(), nobody,
          Recovered{test_now, 3, crypto::sha256(bytes_of("abc"))}};
}

// The test vectors of docs/protocols/gate-log.md.
TEST(Record, IsWrittenAsTheDocumentSays) {
  const auto records = one_of_each();
  Closed closed = test_closed(0);
  closed.at.ms += 5;
  EXPECT_EQ(to_hex(encode(test_opened())),
            "0101000001a3185c5000000000af010102012f92130e68bc0402fb3b9d2ad7dc028a0e6336355a57b09288dee44f1e31"
            "17de0000003c2d2f2d2f656c6d2f79756d656d6c773279796969617770707175747977756f34746a6537767676656e77"
            "7064726974777169766c346775706b6c6f7100000000000003e800111111111111111111111111111111112222222222"
            "2222222222222222222222000001a3185c4c18000001a3185d3a600000000e6578706c69636974206c6162656c");
  EXPECT_EQ(to_hex(encode(closed)),
            "0102000001a3185c5005000000000000000000000000000000052cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7"
            "425e73043362938b982401");
  EXPECT_EQ(to_hex(encode(test_refused())),
            "0103000001a3185c50000209014a037f7f77e2be0dcec41776a77cda08725c96994c0a1c0fda85b00fa80acea0000000"
            "0a4974206973206f64642e");
  EXPECT_EQ(
      to_hex(encode(records.back())),
      "0104000001a3185c50000000000000000003ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Record, IsReadAsItIsWritten) {
  for (const Record& record : one_of_each()) {
    const auto read = decode_record(encode(record));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, record);
    EXPECT_EQ(time_of(*read), test_now);
  }
}

TEST(Record, CutAnywhereOrWithMoreBehindItIsNone) {
  for (const Record& record : one_of_each()) {
    Bytes bytes = encode(record);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode_record(ByteView(bytes).first(size))) << record.index() << ", " << size;
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(decode_record(bytes));
  }
}

TEST(Record, OfAnUnknownVersionOrKindIsNone) {
  for (const Record& record : one_of_each()) {
    for (const std::size_t at : {0U, 1U}) {
      Bytes bytes = encode(record);
      bytes[at] = std::byte{9};
      EXPECT_FALSE(decode_record(bytes));
    }
  }
  Bytes bytes = encode(test_closed(0));
  for (const int ending : {0, 6, 255}) {
    bytes.back() = static_cast<std::byte>(ending);
    EXPECT_FALSE(decode_record(bytes)) << ending;
  }
}

TEST(Record, OfARefusalHoldsNoLinesAndNoMoreThanItMay) {
  const auto read = decode_record(encode(test_refused("one\ntwo \x1b[31m \xff" + std::string(1000, 'x'))));
  ASSERT_TRUE(read);
  const std::string& what = std::get<Refused>(*read).refusal.what;
  EXPECT_EQ(what.size(), refusal_text_bytes_max);
  EXPECT_TRUE(what.starts_with("one\\ntwo ")) << what;
}

RC_GTEST_PROP(Record, OfARefusalIsReadableWhateverItsText, (const std::string& text)) {
  std::string what = *rc::gen::element<std::string>("", "\u00e4", "\u20ac", "\U0001f600");
  for (int i = 0; i < 9; ++i) what += what;
  const Bytes bytes = encode(test_refused(what + text));
  RC_ASSERT(bytes.size() <= record_bytes_max);
  const auto read = decode_record(bytes);
  RC_ASSERT(read.has_value());
  RC_ASSERT(is_printable_utf8(std::get<Refused>(*read).refusal.what));
}

TEST(Record, OfTheLargestEnvelopeFits) {
  Opened opened = test_opened();
  opened.envelope.destination = {std::string(64, 'r'), std::string(64, 'c'), std::string(64, 'p'),
                                 TestMembers::id(2), std::string(64, 'n')};
  opened.envelope.content = crypto::sha256({});
  opened.envelope.rule = std::string(64, 'x');
  EXPECT_LE(core::privacy::encode(opened.envelope).size(), core::privacy::envelope_bytes_max);
  EXPECT_LE(encode(opened).size(), record_bytes_max);
  EXPECT_TRUE(decode_record(encode(opened)));
}

}  // namespace
}  // namespace localscale::mesh::gate
