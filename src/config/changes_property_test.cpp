#include <array>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "config/changes.hpp"
#include "config/keys.hpp"
#include "config/toml_scan.hpp"

namespace localscale::config {
namespace {

struct Line {
  std::string text;
  std::string owner;  ///< The key whose value it holds; empty for what must stay.
};

std::string joined(const std::vector<Line>& lines, const std::string& without) {
  std::string out;
  for (const Line& line : lines) {
    if (line.owner != without || without.empty()) out += line.text;
  }
  return out;
}

rc::Gen<std::string> noise() {
  return rc::gen::element<std::string>("", "\n", "# port = 1\n", "  # \"quote [x]\n", "#\n", "\n\n");
}

/// A value that the key takes, as TOML a person may have written.
std::string some_value(const Key<Config>& key) {
  switch (key.form.kind) {
    case Form::Kind::whole:
      return std::to_string(key.form.min +
                            *rc::gen::inRange<std::uint64_t>(0, 3) * 100 % (key.form.max - key.form.min));
    case Form::Kind::flag:
      return *rc::gen::element<std::string>("true", "false");
    case Form::Kind::choice:
      return "'" + *rc::gen::elementOf(key.form.choices) + "'";
    case Form::Kind::list:
      return *rc::gen::element<std::string>("[]", "[ # ]\n]");
    case Form::Kind::text:
      break;
  }
  return key.write(Config{});
}

/// A value that the key takes, as a person types it.
std::string another_value(const Key<Config>& key) {
  switch (key.form.kind) {
    case Form::Kind::whole:
      return std::to_string(key.form.max);
    case Form::Kind::flag:
      return "true";
    case Form::Kind::choice:
      return key.form.choices.back();
    case Form::Kind::list:
      return "[]";
    case Form::Kind::text:
      break;
  }
  if (key.path() == "lan.address") return "::1";
  return key.path() == "models.default_model" ? "other:1b" : "/a/b";
}

/// Every section at most once, with some of its keys, comments and blank lines between.
std::vector<Line> some_file() {
  std::vector<Line> lines;
  std::string section;
  bool in_file = true;
  for (const Key<Config>& key : keys()) {
    if (key.section != section) {
      section = key.section;
      in_file = *rc::gen::arbitrary<bool>();
      if (in_file)
        lines.push_back(
            {*noise() + "[" + section + "]" + *rc::gen::element<std::string>("\n", " # x\n"), ""});
    }
    if (!in_file || *rc::gen::inRange(0, 3) == 0) continue;
    lines.push_back({*noise(), ""});
    lines.push_back({*rc::gen::element<std::string>("", "  ", "\t") + key.name +
                         *rc::gen::element<std::string>("=", " = ", "   =\t") + some_value(key) +
                         *rc::gen::element<std::string>("\n", " # it's \"so\"\n"),
                     key.path()});
  }
  lines.push_back({*noise(), ""});
  return lines;
}

RC_GTEST_PROP(ConfigChangesProperty, AnEditGivesTheValueAndKeepsEveryOtherByte, ()) {
  const auto lines = some_file();
  const std::string text = joined(lines, "");
  RC_PRE(parse(text, "f").has_value());
  const Key<Config>& key = *rc::gen::elementOf(keys());
  const auto wanted = value_from_text(key.path(), another_value(key));
  RC_PRE(wanted.has_value());
  const auto changed = apply_changes(text, {{key.path(), *wanted}}, Asker::command_line, "f");
  // Two ports may become one: that is refused, and tested elsewhere.
  const bool together = !changed && changed.error().what.find("both") != std::string::npos;
  RC_PRE(!together);
  RC_ASSERT(changed.has_value());
  const auto config = parse(*changed, "f");
  RC_ASSERT(config.has_value());
  RC_ASSERT(toml_text(value_in(key.path(), *config)) == toml_text(*wanted));
  // Without the changed key's own bytes the two texts are the same.
  const auto undone = apply_changes(*changed, {{key.path(), std::nullopt}}, Asker::command_line, "f");
  RC_ASSERT(undone.has_value());
  const bool had_section = text.find("[" + key.section + "]") != std::string::npos || key.section.empty();
  if (had_section) {
    RC_ASSERT(*undone == joined(lines, key.path()));
  } else {
    RC_ASSERT(undone->starts_with(text));
  }
}

RC_GTEST_PROP(ConfigChangesProperty, SettingTheSameValueChangesNothing, ()) {
  const std::string text = joined(some_file(), "");
  const auto config = parse(text, "f");
  RC_PRE(config.has_value());
  const auto once = apply_changes(text, {{"api.idle_timeout_ms", std::int64_t{500}}}, Asker::page, "f");
  RC_ASSERT(once.has_value());
  const auto twice = apply_changes(*once, {{"api.idle_timeout_ms", std::int64_t{500}}}, Asker::page, "f");
  RC_ASSERT(twice.has_value());
  RC_ASSERT(*twice == *once);
}

RC_GTEST_PROP(ConfigChangesProperty, AnyTextIsScannedToItsEnd, (const std::string& text)) {
  std::size_t last = 0;
  for (const TomlStatement& one : scan_toml(text)) {
    RC_ASSERT((one.begin >= last && one.end > one.begin && one.end <= text.size()));
    const bool in_order =
        one.begin <= one.value_begin && one.value_begin <= one.value_end && one.value_end <= one.end;
    RC_ASSERT((one.kind != TomlStatement::Kind::value || in_order));
    last = one.end;
  }
}

RC_GTEST_PROP(ConfigChangesProperty, AnyMixOfTomlWordsIsEditedRightOrRefused, ()) {
  static const std::array<std::string, 22> words = {"[api]\n",
                                                    "[[fetcher.registries]]\n",
                                                    "[fetcher]\n",
                                                    "port",
                                                    "api.port",
                                                    "'port'",
                                                    " = ",
                                                    "=",
                                                    "1\n",
                                                    "80 # x\n",
                                                    "\"\"\"a\n\"\"\"\n",
                                                    "'''\n'''\n",
                                                    "[\n\"a\"]\n",
                                                    "{ port = 2 }\n",
                                                    "api",
                                                    "\"",
                                                    "'",
                                                    "#",
                                                    "\n",
                                                    "[",
                                                    "]",
                                                    "\r\n"};
  const auto picks =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, words.size()));
  std::string text;
  for (const auto pick : picks) text += words.at(pick);
  const auto changed = apply_changes(text, {{"api.port", std::int64_t{8123}}}, Asker::page, "f");
  if (changed) RC_ASSERT(parse(*changed, "f")->api.port == 8123);
}

}  // namespace
}  // namespace localscale::config
