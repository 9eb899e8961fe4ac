#include "config/toml_items.hpp"

#include <fmt/format.h>

namespace localscale::config {
namespace {

/// toml++ 3.3 states in assertions what a wrong text can break ("[+x]"; found by fuzz_config). Thrown in
/// place of an abort.
struct BrokenAssumption {};

}  // namespace
}  // namespace localscale::config

// Compiled into this one file: errors as values, and its assertions checked in every build (with NDEBUG they
// would be assumptions of the optimiser).
#undef NDEBUG
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : throw ::localscale::config::BrokenAssumption{})
#include <toml++/toml.h>

namespace localscale::config {
namespace {

constexpr std::size_t max_text_bytes = 1U << 20;

TomlValue list_of(const toml::array& array) {
  std::vector<std::string> items;
  for (const toml::node& element : array) {
    const auto* text = element.as_string();
    if (text == nullptr) return OtherValue{"a list with elements that are not strings"};
    items.push_back(text->get());
  }
  return items;
}

TomlValue value_of(const toml::node& node) {
  if (const auto* value = node.as_boolean()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_array()) return list_of(*value);
  return OtherValue{"a date or time"};
}

// The parser refuses nesting beyond 256 levels, which bounds this recursion.
void collect(const toml::table& table, const std::string& section, int index, std::vector<TomlItem>& out) {
  if (!section.empty()) out.push_back({section, index, {}, table.source().begin.line, SectionStart{}});
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string path = section.empty() ? name : fmt::format("{}.{}", section, name);
    if (const auto* inner = node.as_table()) {
      collect(*inner, path, -1, out);
    } else if (const auto* array = node.as_array(); array != nullptr && array->is_array_of_tables()) {
      for (std::size_t i = 0; i < array->size(); ++i)
        collect(*array->get_as<toml::table>(i), path, static_cast<int>(i), out);
    } else {
      out.push_back({section, index, name, key.source().begin.line, value_of(node)});
    }
  }
}

}  // namespace

std::string describe(const TomlValue& value) {
  constexpr std::size_t max_shown = 60;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<double>(&value)) {
    std::string text = fmt::format("{}", *number);
    // Where a whole number is wanted, 7411.0 must not look like one.
    return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return text->size() <= max_shown ? toml_quote(*text) : toml_quote(text->substr(0, max_shown)) + " …";
  }
  if (const auto* other = std::get_if<OtherValue>(&value)) return other->kind;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::string out;
    for (const std::string& item : *list) out += (out.empty() ? "" : ", ") + toml_quote(item);
    return "[" + (out.size() <= max_shown ? out : out.substr(0, max_shown) + " …") + "]";
  }
  return "a section";
}

std::string toml_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

namespace {

/// What toml++ makes of the text; an error without a place where it lost its way.
Result<toml::parse_result> parse_text(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const BrokenAssumption&) {
    return fail(
        Errc::invalid_argument,
        fmt::format("{}: not valid TOML: there is a stray character, perhaps in a [section] header.", file),
        "Compare it with `localscale config --default`.");
  }
}

}  // namespace

namespace {

/// The line of the first character that is neither ASCII nor in quotes nor in a comment; 0 if there is none.
/// toml++ 3.3 runs into unreachable code on some of them (found by fuzz_config), and no key of ours has one.
std::size_t line_of_bare_unicode(std::string_view text) {
  std::size_t line = 1;
  char quote = 0;
  bool comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      ++line;
      comment = false;
    } else if (comment) {
      continue;
    } else if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#') {
      comment = true;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return line;
    }
  }
  return 0;
}

/// Windows editors save UTF-16 as "Unicode"; half of its bytes are zeros, which no config has.
bool looks_like_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
         text.find('\0') != std::string_view::npos;
}

}  // namespace

Result<std::vector<TomlItem>> read_toml(std::string_view text, const std::string& file) {
  if (text.size() > max_text_bytes) {
    return fail(
        Errc::invalid_argument,
        fmt::format("{}: the file has {} bytes; a config has at most {}.", file, text.size(), max_text_bytes),
        "Is this the right file?");
  }
  if (looks_like_utf16(text)) {
    return fail(Errc::invalid_argument,
                fmt::format("{}: the file is not UTF-8 text: it looks like UTF-16, or is no text.", file),
                "Save it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8 OLD > NEW");
  }
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // Some editors begin UTF-8 files with it.
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (const std::size_t line = line_of_bare_unicode(text); line != 0) {
    return fail(Errc::invalid_argument,
                fmt::format("{}:{}: a character outside quotes and comments is not ASCII.", file, line),
                "Put the text into quotes.");
  }
  const auto parsed = parse_text(text, file);
  if (!parsed) return tl::unexpected(parsed.error());
  if (!*parsed) {
    const toml::parse_error& error = parsed->error();
    const auto where = error.source().begin;
    return fail(
        Errc::invalid_argument,
        fmt::format("{}:{}:{}: not valid TOML: {}.", file, where.line, where.column, error.description()),
        "Fix that line; `localscale config --default` prints a valid file.");
  }
  std::vector<TomlItem> items;
  collect(parsed->table(), {}, -1, items);
  return items;
}

}  // namespace localscale::config
