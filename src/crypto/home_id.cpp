#include "crypto/home_id.hpp"

#include <algorithm>

namespace localscale::crypto {
namespace {

constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t bits_per_digit = 5;
constexpr std::size_t digits_of_id = (sizeof(Digest) * 8 + bits_per_digit - 1) / bits_per_digit;

}  // namespace

HomeId home_id(const PublicKey& first_key) {
  return {sha256(Encoder().text("localscale/home-id/1").fixed(first_key.bytes).take())};
}

std::string to_text(const HomeId& id) {
  std::string text;
  std::uint32_t waiting = 0;
  std::size_t bits = 0;
  for (const std::byte byte : id.hash) {
    waiting = (waiting << 8U) | std::to_integer<std::uint32_t>(byte);
    for (bits += 8; bits >= bits_per_digit; bits -= bits_per_digit)
      text += digits[(waiting >> (bits - bits_per_digit)) & 31U];
  }
  text += digits[(waiting << (bits_per_digit - bits)) & 31U];
  return text;
}

std::optional<HomeId> parse_home_id(std::string_view text) {
  if (text.size() != digits_of_id) return std::nullopt;
  HomeId id;
  std::uint32_t waiting = 0;
  std::size_t bits = 0;
  std::size_t done = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    waiting = (waiting << bits_per_digit) | static_cast<std::uint32_t>(digit);
    bits += bits_per_digit;
    if (bits < 8) continue;
    bits -= 8;
    id.hash[done++] = static_cast<std::byte>(waiting >> bits);
  }
  // The last digit holds bits that no byte needs: only zeros are ours.
  if ((waiting & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return id;
}

}  // namespace localscale::crypto
