#include "gateway/json_scan.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

namespace localscale::gateway {
namespace {

/// Bytes that may stand in a string as they are: printable ASCII but quote and backslash.
constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (std::size_t i = 0x20; i < 0x80; ++i) plain[i] = i != '"' && i != '\\';
  return plain;
}
constexpr std::array<bool, 256> plain_byte = make_plain();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | (point >> 6U));
    out += static_cast<char>(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | (point >> 12U));
    out += static_cast<char>(0x80U | ((point >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (point & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (point >> 18U));
    out += static_cast<char>(0x80U | ((point >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((point >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (point & 0x3FU));
  }
}

/// A pushdown reader: `closers_` is the stack of open brackets. Every reading function returns false at the
/// first byte that is wrong, leaving `at_` on it.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<ScannedBody> run() {
    skip_space();
    if (peek() != '{') return wrong("a JSON object is expected");
    if (!read_value()) return wrong(problem_);
    skip_space();
    if (at_ != text_.size()) return wrong("text after the end of the JSON object");
    return std::move(found_);
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  tl::unexpected<Error> wrong(std::string_view why) const {
    return fail(
        Errc::invalid_argument,
        at_ >= text_.size()
            ? fmt::format("The request body is not valid JSON: {} (it ends early, at byte {}).", why, at_)
            : fmt::format("The request body is not valid JSON: {} at byte {}.", why, at_));
  }

  bool bad(const char* why) {
    problem_ = why;
    return false;
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  /// One value with all that is in it; iterative, so that nesting costs no machine stack.
  bool read_value() {
    do {
      skip_space();
      const char c = peek();
      if (c == '{' || c == '[') {
        if (!open(c)) return false;
      } else if (!read_scalar(nullptr) || !after_value()) {
        return false;
      }
    } while (!closers_.empty());
    return true;
  }

  bool open(char bracket) {
    if (closers_.size() == json_depth_max) return bad("it is nested too deeply");
    closers_ += bracket == '{' ? '}' : ']';
    ++at_;
    skip_space();
    if (peek() == closers_.back()) return close();
    return bracket == '[' || read_key();
  }

  bool close() {
    ++at_;
    closers_.pop_back();
    return closers_.empty() || after_value();
  }

  /// After a value inside a bracket: a comma (and a key) or the end of one or more brackets.
  bool after_value() {
    while (!closers_.empty()) {
      skip_space();
      const char c = peek();
      if (c == ',') {
        ++at_;
        skip_space();
        return closers_.back() == ']' || read_key();
      }
      if (c != closers_.back()) return bad("a comma or a closing bracket is missing");
      ++at_;
      closers_.pop_back();
    }
    return true;
  }

  /// A key and its colon; at the top level also the value of the keys we look for.
  bool read_key() {
    if (peek() != '"') return bad("a key in quotes is expected");
    const bool top = closers_.size() == 1;
    key_.clear();
    if (!read_string(top ? &key_ : nullptr)) return false;
    skip_space();
    if (peek() != ':') return bad("a colon is missing");
    ++at_;
    if (top) note_value();
    return true;
  }

  /// Looks at the value that follows without consuming it.
  void note_value() {
    const std::size_t start = at_;
    skip_space();
    if (key_ == "model") {
      note_model();
    } else if (key_ == "stream") {
      found_.stream = text_.substr(at_).starts_with("true");
    } else if (key_ == "tool_choice") {
      found_.tools_off = text_.substr(at_).starts_with("\"none\"");
    } else if (key_ == "stop_sequences") {
      note_stop_sequences();
    } else if (key_ == "prompt") {
      found_.has_prompt = peek() != 'n';
    } else if (key_ == "echo") {
      found_.echo = text_.substr(at_).starts_with("true");
    } else if (key_ == "suffix") {
      found_.suffix = peek() == '"' && !text_.substr(at_).starts_with("\"\"");
    } else if (key_ == "best_of") {
      note_best_of();
    } else if (key_ == "tools") {
      found_.has_tools = false;
      if (peek() == '[') {
        ++at_;
        skip_space();
        found_.has_tools = peek() != ']';
      }
    }
    at_ = start;
  }

  void note_best_of() {
    const std::string_view value = text_.substr(at_);
    const bool one = value.starts_with('1') && (value.size() == 1 || !is_digit(value[1]));
    found_.best_of = !one && peek() != 'n';
  }

  void note_stop_sequences() {
    constexpr std::size_t most = 100;
    found_.stop_sequences.clear();
    if (peek() != '[') return;
    do {
      ++at_;
      skip_space();
      std::string value;
      if (peek() != '"' || !read_string(&value)) return;
      found_.stop_sequences.push_back(std::move(value));
      skip_space();
    } while (peek() == ',' && found_.stop_sequences.size() < most);
  }

  void note_model() {
    if (peek() == '"') {
      std::string value;
      if (read_string(&value)) found_.model = std::move(value);
      found_.model_is_not_text = false;
    } else {
      found_.model.reset();
      found_.model_is_not_text = peek() != 'n';
    }
  }

  bool read_scalar(std::string* out) {
    switch (peek()) {
      case '"':
        return read_string(out);
      case 't':
        return read_word("true");
      case 'f':
        return read_word("false");
      case 'n':
        return read_word("null");
      default:
        return read_number();
    }
  }

  bool read_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return bad("a value is expected");
    at_ += word.size();
    return true;
  }

  bool read_number() {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    if (!is_digit(peek())) return bad("a value is expected");
    if (peek() == '0')
      ++at_;
    else
      skip_digits();
    if (peek() == '.') {
      ++at_;
      if (!skip_digits()) return bad("a digit is missing after the point");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!skip_digits()) return bad("a digit is missing in the exponent");
    }
    return is_finite(text_.substr(start, at_ - start)) || bad("a number that is too large");
  }

  /// Engines refuse what a double cannot hold. Short numbers without an exponent always fit.
  static bool is_finite(std::string_view number) {
    constexpr std::size_t digits_that_fit = 300;
    if (number.size() < digits_that_fit && number.find_first_of("eE") == std::string_view::npos) return true;
    return std::isfinite(std::strtod(std::string(number).c_str(), nullptr));
  }

  bool skip_digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) ++at_;
    return at_ > start;
  }

  bool read_string(std::string* out) {
    ++at_;
    while (at_ < text_.size()) {
      const std::size_t start = at_;
      while (at_ < text_.size() && plain_byte[static_cast<unsigned char>(text_[at_])]) ++at_;
      if (out != nullptr) out->append(text_.substr(start, at_ - start));
      if (at_ == text_.size()) break;
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      const bool read = text_[at_] == '\\' ? read_escape(out) : read_multibyte(out);
      if (!read) return false;
    }
    return bad("a string is not closed");
  }

  bool read_escape(std::string* out) {
    ++at_;
    const char c = peek();
    if (c == 'u') {
      ++at_;
      return read_unicode_escape(out);
    }
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    const std::size_t index = at_ < text_.size() ? names.find(c) : std::string_view::npos;
    if (index == std::string_view::npos) return bad("an unknown escape");
    if (out != nullptr) *out += values[index];
    ++at_;
    return true;
  }

  bool read_unicode_escape(std::string* out) {
    std::uint32_t point = 0;
    if (!read_hex4(point)) return bad("\\u needs four hexadecimal digits");
    if (point >= 0xDC00 && point <= 0xDFFF) return bad("a lone surrogate");
    if (point >= 0xD800 && point <= 0xDBFF) {
      std::uint32_t low = 0;
      if (!text_.substr(at_).starts_with("\\u")) return bad("a lone surrogate");
      at_ += 2;
      if (!read_hex4(low) || low < 0xDC00 || low > 0xDFFF) return bad("a lone surrogate");
      point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
    }
    if (out != nullptr) append_utf8(*out, point);
    return true;
  }

  bool read_hex4(std::uint32_t& value) {
    if (text_.size() - at_ < 4) return false;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = text_[at_];
      std::uint32_t digit = 0;
      if (is_digit(c))
        digit = static_cast<std::uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f')
        digit = static_cast<std::uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        digit = static_cast<std::uint32_t>(c - 'A' + 10);
      else
        return false;
      value = (value << 4U) | digit;
    }
    return true;
  }

  /// One UTF-8 sequence of two to four bytes; over-long forms and surrogates are errors.
  bool read_multibyte(std::string* out) {
    const auto byte = [this](std::size_t i) -> unsigned {
      return at_ + i < text_.size() ? static_cast<unsigned char>(text_[at_ + i]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return bad("a control character in a string");
    const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0) return bad("bytes that are not UTF-8");
    for (std::size_t i = 1; i < length; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return bad("bytes that are not UTF-8");
    }
    const unsigned second = byte(1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
      return bad("bytes that are not UTF-8");
    }
    if (out != nullptr) out->append(text_.substr(at_, length));
    at_ += length;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string closers_;
  std::string key_;
  const char* problem_ = "";
  ScannedBody found_;
};

}  // namespace

Result<ScannedBody> scan_body(std::string_view json) {
  return Scanner(json).run();
}

}  // namespace localscale::gateway
