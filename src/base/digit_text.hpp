#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.hpp"

namespace localscale {

/// The alphabets of RFC 4648: base32 in lower case, and base64url.
inline constexpr std::string_view base32_digits = "abcdefghijklmnopqrstuvwxyz234567";
inline constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bytes as digits of that alphabet, without padding. It has 32 or 64 of them.
std::string to_digits(ByteView bytes, std::string_view digits);
/// Nothing for any text that to_digits would not have made.
std::optional<Bytes> from_digits(std::string_view text, std::string_view digits);

}  // namespace localscale
