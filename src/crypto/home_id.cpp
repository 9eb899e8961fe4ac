#include "crypto/home_id.hpp"

#include <algorithm>

#include "base/digit_text.hpp"

namespace localscale::crypto {

HomeId home_id(const PublicKey& first_key) {
  return {sha256(Encoder().text("localscale/home-id/1").fixed(first_key.bytes).take())};
}

std::string to_text(const HomeId& id) {
  return to_digits(id.hash, base32_digits);
}

std::optional<HomeId> parse_home_id(std::string_view text) {
  constexpr std::size_t digits_of_id = 52;
  if (text.size() != digits_of_id) return std::nullopt;
  const auto bytes = from_digits(text, base32_digits);
  HomeId id;
  if (!bytes || bytes->size() != id.hash.size()) return std::nullopt;
  std::ranges::copy(*bytes, id.hash.begin());
  return id;
}

}  // namespace localscale::crypto
