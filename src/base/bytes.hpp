#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace localscale {

/// Lower-case hexadecimal of `bytes`.
std::string to_hex(std::span<const std::byte> bytes);

/// True if `text` is exactly `digits` lower-case hexadecimal digits.
bool is_hex(std::string_view text, std::size_t digits);

/// "1.3 GB", "512 B": decimal units, as disks and downloads are labelled.
std::string human_bytes(std::uint64_t bytes);

/// Parses a whole non-negative decimal number; nullopt for anything else (signs, spaces, overflow).
std::optional<std::uint64_t> parse_u64(std::string_view text);

/// True if `text` is well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

/// The longest beginning of UTF-8 text with at most `bytes_max` bytes that ends with a whole character.
std::string_view whole_characters(std::string_view text, std::size_t bytes_max);

/// Compares without telling by its duration where the difference is. Length is not secret.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace localscale
