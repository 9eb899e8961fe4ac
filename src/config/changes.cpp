#include "config/changes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/nearest.hpp"
#include "base/printable.hpp"
#include "config/keys.hpp"
#include "config/toml_scan.hpp"

namespace localscale::config {
namespace {

constexpr std::size_t max_text_bytes = 4096;  ///< Of one text; what keys take is shorter.

std::string newline_of(std::string_view text) {
  const auto first = text.find('\n');
  return first != std::string_view::npos && first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
}

std::vector<std::string> parts_of(const Key<Config>& key) {
  if (key.section.empty()) return {key.name};
  return {key.section, key.name};
}

/// Edits one text, key by key.
class Editor {
 public:
  explicit Editor(std::string_view text) : text_(text), newline_(newline_of(text)) {}

  void set(const Key<Config>& key, const std::string& value) {
    const auto statements = scan_toml(text_);
    if (const auto* found = find(statements, key)) {
      text_.replace(found->value_begin, found->value_end - found->value_begin, value);
    } else {
      add(statements, key, value);
    }
  }

  void take_out(const Key<Config>& key) {
    const auto statements = scan_toml(text_);
    if (const auto* found = find(statements, key)) text_.erase(found->begin, found->end - found->begin);
  }

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  using Statements = std::vector<TomlStatement>;

  static const TomlStatement* find(const Statements& statements, const Key<Config>& key) {
    const auto path = parts_of(key);
    const auto found = std::ranges::find_if(statements, [&](const TomlStatement& one) {
      return one.kind == TomlStatement::Kind::value && !one.in_array && one.path == path;
    });
    return found == statements.end() ? nullptr : &*found;
  }

  void add(const Statements& statements, const Key<Config>& key, const std::string& value) {
    const std::string line = key.name + " = " + value;
    if (const auto* sibling = last_of_section(statements, key.section)) {
      insert(sibling->end, sibling->prefix + line);
    } else if (const auto* header = header_of(statements, key.section)) {
      insert(header->end, line);
    } else if (key.section.empty()) {
      insert(before_first_header(statements), line);
    } else {
      insert(text_.size(), (text_.empty() ? "" : newline_) + "[" + key.section + "]" + newline_ + line);
    }
  }

  static const TomlStatement* last_of_section(const Statements& statements, const std::string& section) {
    const std::size_t depth = section.empty() ? 0 : 1;
    const TomlStatement* last = nullptr;
    for (const TomlStatement& one : statements) {
      if (one.kind != TomlStatement::Kind::value || one.in_array || one.path.size() != depth + 1) continue;
      if (depth == 0 || one.path.front() == section) last = &one;
    }
    return last;
  }

  static const TomlStatement* header_of(const Statements& statements, const std::string& section) {
    const auto found = std::ranges::find_if(statements, [&](const TomlStatement& one) {
      return one.kind == TomlStatement::Kind::table && one.path == std::vector{section};
    });
    return section.empty() || found == statements.end() ? nullptr : &*found;
  }

  /// Keys of no section stand before all headers, and before the comment that belongs to the first of them.
  [[nodiscard]] std::size_t before_first_header(const Statements& statements) const {
    if (statements.empty()) return text_.size();
    std::size_t at = statements.front().begin;
    while (at > 0) {
      const auto line = text_.rfind('\n', at - 1 == 0 ? 0 : at - 2);
      const std::size_t begin = line == std::string::npos ? 0 : line + 1;
      if (begin >= at || text_[begin] != '#') break;
      at = begin;
    }
    return at;
  }

  /// Puts a line where a line begins, or after a last line without an end.
  void insert(std::size_t at, const std::string& line) {
    const bool needs_end = at > 0 && text_[at - 1] != '\n' && at == text_.size() && !only_byte_order_mark();
    text_.insert(at, (needs_end ? newline_ : "") + line + newline_);
  }

  [[nodiscard]] bool only_byte_order_mark() const { return text_ == "\xEF\xBB\xBF"; }

  std::string text_;
  std::string newline_;
};

TomlValue default_value(const Key<Config>& key) {
  const auto items = read_toml("x = " + key.write(Config{}), "default");
  return items && !items->empty() ? items->front().value : TomlValue{};
}

std::string takes(const Key<Config>& key) {
  return fmt::format("Takes {}.", key.allowed);
}

std::string unknown_key(std::string_view path) {
  std::vector<std::string> known;
  for (const auto& key : keys()) known.push_back(key.path());
  const std::string near = nearest(std::string(path), known);
  return near.empty() ? "There is no such key." : fmt::format("There is no such key. Did you mean {}?", near);
}

/// What TOML can hold and a reader of the file can see.
bool is_fit_text(const std::string& text) {
  return text.size() <= max_text_bytes && is_printable_utf8(text);
}

bool is_fit(const TomlValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return is_fit_text(*text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return std::ranges::all_of(*list, is_fit_text);
  return true;
}

/// What is wrong with one change; empty if it may be made.
std::string fault_of(const Change& change, Asker asker) {
  const auto* key = find_key(change.path);
  if (key == nullptr) return unknown_key(change.path);
  if (asker == Asker::page && key->command_line_only) {
    return fmt::format("This is changed by the command line only: localscale config set {} …", change.path);
  }
  Config scratch;
  const bool fine = !change.value || (is_fit(*change.value) && key->read(*change.value, scratch));
  return fine ? std::string() : takes(*key);
}

/// Names of hosts, addresses and such: what lists hold has no comma and needs no quotes.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const auto begin = item.find_first_not_of(' ');
    if (begin == std::string_view::npos) continue;
    items.emplace_back(item.substr(begin, item.find_last_not_of(' ') - begin + 1));
  }
  return items;
}

TomlValue typed(const Key<Config>& key, std::string_view text) {
  switch (key.form.kind) {
    case Form::Kind::flag:
      if (text == "true" || text == "false") return text == "true";
      return std::string(text);
    case Form::Kind::whole: {
      const auto number = parse_u64(text);
      if (number && *number <= static_cast<std::uint64_t>(INT64_MAX))
        return static_cast<std::int64_t>(*number);
      return std::string(text);
    }
    case Form::Kind::list: {
      if (!text.starts_with('[')) return split_list(text);
      const auto items = read_toml("x = " + std::string(text), "value");
      return items && items->size() == 1 ? items->front().value : TomlValue(OtherValue{"no list"});
    }
    case Form::Kind::text:
    case Form::Kind::choice:
      break;
  }
  return std::string(text);
}

tl::unexpected<Error> cannot_be_edited(const std::string& file) {
  return fail(
      Errc::unsupported,
      fmt::format("{}: the section is written in a form that cannot be changed key by key, so nothing "
                  "was changed.",
                  file),
      "Change it by hand: localscale config edit");
}

}  // namespace

std::map<std::string, std::string> wrong_changes(const std::vector<Change>& changes, Asker asker) {
  std::map<std::string, std::string> wrong;
  for (const Change& change : changes) {
    if (std::string fault = fault_of(change, asker); !fault.empty())
      wrong.emplace(change.path, std::move(fault));
  }
  return wrong;
}

Result<std::string> apply_changes(std::string_view text, const std::vector<Change>& changes, Asker asker,
                                  const std::string& file) {
  if (changes.size() > max_changes)
    return fail(Errc::invalid_argument, fmt::format("More than {} keys at one time.", max_changes));
  auto expected = parse(text, file);
  if (!expected) return tl::unexpected(expected.error());
  Editor editor(text);
  for (const Change& change : changes) {
    if (const std::string fault = fault_of(change, asker); !fault.empty()) {
      return fail(Errc::invalid_argument,
                  fmt::format("{}: {} Nothing was changed.", for_log(change.path), fault));
    }
    const Key<Config>& key = *find_key(change.path);
    if (change.value) {
      editor.set(key, toml_text(*change.value));
    } else {
      editor.take_out(key);
    }
    key.read(change.value ? *change.value : default_value(key), *expected);
  }
  std::string edited = std::move(editor).text();
  const auto parsed = parse(edited, file);
  if (parsed && *parsed == *expected) return edited;
  // Two keys may each be right and wrong together; else it is the text that came out otherwise than meant.
  if (!parsed && parsed.error().what.find("not valid TOML") == std::string::npos)
    return tl::unexpected(parsed.error());
  return cannot_be_edited(file);
}

Result<TomlValue> value_from_text(std::string_view path, std::string_view text) {
  const auto* key = find_key(path);
  if (key == nullptr)
    return fail(Errc::invalid_argument, fmt::format("{}: {}", for_log(path), unknown_key(path)),
                "`localscale config list` names every key.");
  TomlValue value = typed(*key, text);
  const Change change{std::string(path), value};
  if (std::string fault = fault_of(change, Asker::command_line); !fault.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("{} = {}: {} Nothing was changed.", path, describe(value), fault));
  }
  return value;
}

TomlValue value_in(std::string_view path, const Config& config) {
  const auto* key = find_key(path);
  if (key == nullptr) return OtherValue{"nothing"};
  const auto items = read_toml("x = " + key->write(config), "value");
  return items && !items->empty() ? items->front().value : TomlValue(OtherValue{"nothing"});
}

bool take_live_keys(Config& into, const Config& from) {
  bool changed = false;
  for (const auto& key : keys()) {
    if (!key.live || key.write(into) == key.write(from)) continue;
    changed = key.read(value_in(key.path(), from), into) || changed;
  }
  return changed;
}

std::string toml_text(const TomlValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return toml_quote(*text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::string out;
    for (const std::string& item : *list) out += (out.empty() ? "" : ", ") + toml_quote(item);
    return "[" + out + "]";
  }
  return "\"\"";
}

}  // namespace localscale::config
