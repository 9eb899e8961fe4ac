#include "base/digit_text.hpp"

#include <bit>

namespace localscale {
namespace {

std::size_t bits_of_digit(std::string_view digits) {
  return static_cast<std::size_t>(std::countr_zero(digits.size()));
}

}  // namespace

std::string to_digits(ByteView bytes, std::string_view digits) {
  const std::size_t width = bits_of_digit(digits);
  const std::size_t mask = digits.size() - 1;
  std::string text;
  std::uint32_t waiting = 0;
  std::size_t bits = 0;
  for (const std::byte byte : bytes) {
    waiting = (waiting << 8U) | std::to_integer<std::uint32_t>(byte);
    for (bits += 8; bits >= width; bits -= width) text += digits[(waiting >> (bits - width)) & mask];
  }
  if (bits > 0) text += digits[(waiting << (width - bits)) & mask];
  return text;
}

std::optional<Bytes> from_digits(std::string_view text, std::string_view digits) {
  const std::size_t width = bits_of_digit(digits);
  Bytes bytes;
  std::uint32_t waiting = 0;
  std::size_t bits = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    waiting = (waiting << width) | static_cast<std::uint32_t>(digit);
    bits += width;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::byte>(waiting >> bits));
  }
  // A digit too many, or bits that no byte needs: not what we write.
  if (bits >= width || (waiting & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace localscale
