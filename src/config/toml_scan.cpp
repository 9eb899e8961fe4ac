#include "config/toml_scan.hpp"

#include <utility>

namespace localscale::config {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  std::vector<TomlStatement> statements() {
    std::vector<TomlStatement> found;
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      skip_blanks();
      const char c = peek();
      if (c == '\n' || c == '\r' || c == '#' || at_ >= text_.size()) {
        skip_line();
        continue;
      }
      TomlStatement statement = c == '[' ? header() : value();
      statement.begin = begin;
      skip_line();
      statement.end = at_;
      found.push_back(std::move(statement));
    }
    return found;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool next_is(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  void skip_line() {
    const auto end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
  }

  TomlStatement header() {
    TomlStatement statement;
    const bool array = next_is("[[");
    statement.kind = array ? TomlStatement::Kind::array_of_tables : TomlStatement::Kind::table;
    at_ += array ? 2 : 1;
    section_ = dotted_key().first;
    in_array_ = array;
    statement.path = section_;
    return statement;
  }

  TomlStatement value() {
    TomlStatement statement;
    auto [key, prefix] = dotted_key();
    statement.path = section_;
    statement.path.insert(statement.path.end(), key.begin(), key.end());
    statement.prefix = std::move(prefix);
    statement.in_array = in_array_;
    if (peek() == '=') ++at_;
    skip_blanks();
    statement.value_begin = at_;
    skip_value();
    statement.value_end = at_;
    return statement;
  }

  /// The parts up to the "=" or "]", and what stands before the last of them.
  std::pair<std::vector<std::string>, std::string> dotted_key() {
    std::vector<std::string> parts;
    skip_blanks();
    const std::size_t begin = at_;
    std::size_t last = at_;
    while (at_ < text_.size()) {
      skip_blanks();
      last = at_;
      parts.push_back(key_part());
      skip_blanks();
      if (peek() != '.') break;
      ++at_;
    }
    return {std::move(parts), std::string(text_.substr(begin, last - begin))};
  }

  std::string key_part() {
    const std::size_t begin = at_;
    if (const char quote = peek(); quote == '"' || quote == '\'') {
      skip_string();
      return std::string(text_.substr(begin + 1, at_ - begin - (at_ - begin > 1 ? 2 : 1)));
    }
    constexpr std::string_view ends = " \t.=]\r\n#";
    while (at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  void skip_string() {
    const char quote = peek();
    const std::string three(3, quote);
    const bool long_one = next_is(three);
    at_ += long_one ? 3 : 1;
    while (at_ < text_.size()) {
      if (text_[at_] == '\\' && quote == '"') {
        at_ += 2;
      } else if (long_one ? next_is(three) : text_[at_] == quote) {
        at_ += long_one ? 3 : 1;
        // A long string may end with one or two more of its quotes, which are part of its text.
        for (int i = 0; long_one && i < 2 && peek() == quote; ++i) ++at_;
        break;
      } else if (text_[at_] == '\n' && !long_one) {
        break;
      } else {
        ++at_;
      }
    }
    if (at_ > text_.size()) at_ = text_.size();
  }

  void skip_value() {
    const char first = peek();
    if (first == '"' || first == '\'') return skip_string();
    if (first == '[' || first == '{') return skip_nested();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r' && text_[at_] != '#') ++at_;
    while (at_ > begin && (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t')) --at_;
  }

  void skip_nested() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string();
        continue;
      }
      if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        continue;
      }
      ++at_;
      if (c == '[' || c == '{') ++depth;
      if ((c == ']' || c == '}') && --depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> section_;
  bool in_array_ = false;
};

}  // namespace

std::vector<TomlStatement> scan_toml(std::string_view text) {
  return Scanner(text).statements();
}

}  // namespace localscale::config
