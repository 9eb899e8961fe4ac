#include "base/encoding.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"
#include "base/printable.hpp"

namespace localscale {

ByteView bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Encoder& Encoder::u8(std::uint8_t value) {
  out_.push_back(static_cast<std::byte>(value));
  return *this;
}

Encoder& Encoder::u16(std::uint16_t value) {
  return u8(static_cast<std::uint8_t>(value >> 8U)).u8(static_cast<std::uint8_t>(value));
}

Encoder& Encoder::u32(std::uint32_t value) {
  return u16(static_cast<std::uint16_t>(value >> 16U)).u16(static_cast<std::uint16_t>(value));
}

Encoder& Encoder::u64(std::uint64_t value) {
  return u32(static_cast<std::uint32_t>(value >> 32U)).u32(static_cast<std::uint32_t>(value));
}

Encoder& Encoder::bytes(ByteView value) {
  LS_ASSERT(value.size() <= std::numeric_limits<std::uint32_t>::max());
  return u32(static_cast<std::uint32_t>(value.size())).fixed(value);
}

Encoder& Encoder::fixed(ByteView value) {
  out_.insert(out_.end(), value.begin(), value.end());
  return *this;
}

void Decoder::refuse(std::string_view why) {
  if (problem_.empty()) problem_ = why;
  rest_ = {};
}

ByteView Decoder::take(std::size_t size) {
  if (rest_.size() < size) refuse("it ends too early");
  if (failed()) return {};
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::uint64_t Decoder::number(std::size_t width) {
  std::uint64_t value = 0;
  for (const std::byte byte : take(width)) value = (value << 8U) | std::to_integer<std::uint64_t>(byte);
  return value;
}

bool Decoder::truth() {
  const std::uint8_t value = u8();
  if (value > 1) refuse("a truth value in it is neither 0 nor 1");
  return value == 1;
}

Bytes Decoder::bytes(std::size_t bytes_max) {
  const std::size_t size = count(bytes_max);
  const ByteView taken = take(size);
  return {taken.begin(), taken.end()};
}

std::string Decoder::text(std::size_t bytes_max) {
  const ByteView taken = take(count(bytes_max));
  std::string value(taken.size(), '\0');
  std::ranges::transform(taken, value.begin(), [](std::byte byte) { return static_cast<char>(byte); });
  if (is_printable_utf8(value)) return value;
  refuse("a text in it is not printable UTF-8");
  return {};
}

void Decoder::fixed(std::span<std::byte> into) {
  const ByteView taken = take(into.size());
  std::ranges::fill(into, std::byte{0});
  std::ranges::copy(taken, into.begin());
}

std::size_t Decoder::count(std::size_t max) {
  const std::size_t value = u32();
  if (value <= max) return value;
  refuse("a part of it is larger than allowed");
  return 0;
}

Result<void> Decoder::finish(std::string_view what) const {
  if (failed()) return fail(Errc::corrupt, std::string(what) + " can't be read: " + problem_ + ".");
  if (!rest_.empty())
    return fail(Errc::corrupt, std::string(what) + " can't be read: there is more behind its end.");
  return {};
}

}  // namespace localscale
