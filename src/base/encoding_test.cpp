#include "base/encoding.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace localscale {
namespace {

TEST(Encoding, WritesBigEndianNumbersAndLengthsBeforeTexts) {
  const Bytes bytes =
      Encoder().u8(1).u16(0x0203).u32(0x04050607).u64(8).text("hi").fixed(bytes_of("x")).take();
  EXPECT_EQ(to_hex(bytes),
            "0102030405060700000000000000080000000268"
            "6978");
}

TEST(Encoding, ReadsWhatItWrote) {
  const Bytes bytes =
      Encoder().u8(255).u16(65535).u32(7).u64(~0ULL).text("Küche").bytes(bytes_of("\0\1")).take();
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.u8(), 255);
  EXPECT_EQ(decoder.u16(), 65535);
  EXPECT_EQ(decoder.u32(), 7U);
  EXPECT_EQ(decoder.u64(), ~0ULL);
  EXPECT_EQ(decoder.text(100), "Küche");
  EXPECT_EQ(decoder.bytes(100).size(), 0U);
  EXPECT_TRUE(decoder.finish("it"));
}

TEST(Encoding, RefusesWhatIsCutLongerOrTooLarge) {
  const Bytes bytes = Encoder().u32(5).text("four").take();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Decoder cut(ByteView(bytes).first(size));
    cut.u32();
    EXPECT_EQ(cut.text(10), "");
    EXPECT_FALSE(cut.finish("it")) << size;
  }
  Decoder longer(bytes);
  longer.u32();
  EXPECT_EQ(longer.finish("The note").error().what, "The note can't be read: there is more behind its end.");
  Decoder large(bytes);
  large.u32();
  EXPECT_EQ(large.text(3), "");
  EXPECT_EQ(large.finish("The note").error().code, Errc::corrupt);
}

TEST(Encoding, GivesNothingAfterTheFirstProblem) {
  const Bytes bytes = Encoder().text("a\nb").u32(7).take();
  Decoder decoder(bytes);
  EXPECT_EQ(decoder.text(10), "");
  EXPECT_EQ(decoder.u32(), 0U);
  std::array<std::byte, 2> two{std::byte{1}, std::byte{1}};
  decoder.fixed(two);
  EXPECT_EQ(two[0], std::byte{0});
  decoder.refuse("later");
  EXPECT_NE(decoder.finish("it").error().what.find("printable"), std::string::npos);
}

}  // namespace
}  // namespace localscale
