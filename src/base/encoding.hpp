#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace localscale {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

ByteView bytes_of(std::string_view text);

/// Writes the one encoding of everything that homes sign, hash or keep (docs/protocols/encoding.md): whole
/// numbers big-endian with a fixed width, texts and byte strings after their length in four bytes. The same
/// values give the same bytes.
class Encoder {
 public:
  Encoder& u8(std::uint8_t value);
  Encoder& u16(std::uint16_t value);
  Encoder& u32(std::uint32_t value);
  Encoder& u64(std::uint64_t value);
  Encoder& truth(bool value) { return u8(value ? 1 : 0); }
  Encoder& text(std::string_view value) { return bytes(bytes_of(value)); }
  Encoder& bytes(ByteView value);
  /// Bytes of a width that the reader knows: no length.
  Encoder& fixed(ByteView value);

  [[nodiscard]] const Bytes& written() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

/// Reads what Encoder wrote, from anybody. The first thing that is wrong makes all later reads give zeros and
/// empty values, so that a caller reads a whole object and asks once, at the end. The bytes must outlive it.
class Decoder {
 public:
  explicit Decoder(ByteView bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  bool truth();
  /// UTF-8 without control characters (is_printable_utf8), at most `bytes_max` long.
  std::string text(std::size_t bytes_max);
  Bytes bytes(std::size_t bytes_max);
  void fixed(std::span<std::byte> into);
  /// A count of things that follow, at most `max`.
  std::size_t count(std::size_t max);

  /// Marks the value as wrong: for rules of the caller's own (an unknown kind, say).
  void refuse(std::string_view why);
  [[nodiscard]] bool failed() const { return !problem_.empty(); }
  /// Success if all was right and nothing is left over; else `corrupt`, naming `what`.
  [[nodiscard]] Result<void> finish(std::string_view what) const;

 private:
  ByteView take(std::size_t size);
  std::uint64_t number(std::size_t width);

  ByteView rest_;
  std::string problem_;
};

}  // namespace localscale
