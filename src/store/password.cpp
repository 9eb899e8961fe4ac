#include "store/password.hpp"

#include <algorithm>
#include <array>

#include <sodium.h>

#include "base/bytes.hpp"

namespace localscale::store {
namespace {

std::size_t characters_in(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

Result<void> check_password(std::string_view password) {
  const std::size_t characters = is_utf8(password) ? characters_in(password) : 0;
  if (characters >= password_characters_min && characters <= password_characters_max) return {};
  return fail(Errc::invalid_argument, "\"password\" must have 10 to 1000 characters; nothing was changed.");
}

Result<std::string> hash_password(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str(text.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return fail(Errc::exhausted, "There is not enough memory for hashing the password; nothing was changed.",
                "Try again when the machine has 64 MiB free.");
  }
  return std::string(text.data());
}

bool password_matches(std::string_view password, const std::string& hash) {
  if (hash.empty()) {
    static_cast<void>(hash_password(password));  // the same work
    return false;
  }
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace localscale::store
