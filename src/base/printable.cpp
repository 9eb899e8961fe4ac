#include "base/printable.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace localscale {
namespace {

/// Takes one character off `text`. False if there is no valid one.
bool take_character(std::string_view& text, char32_t& character) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4 || text.size() < length) return false;
  character = length == 1 ? first : first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return false;
    character = (character << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (overlong || surrogate || character > 0x10FFFF) return false;
  text.remove_prefix(length);
  return true;
}

bool acts(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool separator = c == 0x2028 || c == 0x2029;
  const bool direction = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
                         (c >= 0x2066 && c <= 0x2069);
  return control || separator || direction || c == 0xFEFF;
}

}  // namespace

bool is_printable_utf8(std::string_view text) {
  while (!text.empty()) {
    char32_t character = 0;
    if (!take_character(text, character) || acts(character)) return false;
  }
  return true;
}

void append_printable_line(std::string_view text, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  while (true) {
    // Nearly all text is plain, and every line of the log comes by here.
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    std::string_view rest = text;
    char32_t character = 0;
    const bool valid = take_character(rest, character);
    // Of what is no UTF-8 one byte is taken: the next may begin a character.
    const auto taken = text.substr(0, valid ? text.size() - rest.size() : 1);
    text.remove_prefix(taken.size());
    if (valid && !acts(character)) {
      out += taken;
    } else if (taken == "\n" || taken == "\t") {
      out += taken == "\n" ? "\\n" : "\\t";
    } else {
      for (const char c : taken) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
      }
    }
  }
}

std::string one_printable_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_printable_line(text, out);
  return out;
}

std::string for_log(std::string_view raw, std::size_t bytes_max) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    const bool visible = byte > 0x20 && byte < 0x7F;
    if (out.size() + (visible ? 1 : 3) > bytes_max) return out + "…";
    if (visible) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

}  // namespace localscale
