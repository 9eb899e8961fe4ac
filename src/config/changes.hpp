#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/toml_items.hpp"

/// Changes of single keys in the text of a config file. Pure: nothing here touches a file.
namespace localscale::config {

/// One key's new value; none takes the key out of the file, so that its default holds.
struct Change {
  std::string path;  ///< "api.port"
  std::optional<TomlValue> value;
};

/// At most so many changes are made at one time.
inline constexpr std::size_t max_changes = 128;

/// Whose changes they are: what a page asks for may touch less than what the command line does.
enum class Asker { command_line, page };

/// What is wrong with single changes: {path: what it takes}; empty if each may be made. Keys that depend on
/// each other are checked by `apply_changes`.
std::map<std::string, std::string> wrong_changes(const std::vector<Change>& changes, Asker asker);

/// `text` with the changes made. Comments, order, and every byte that belongs to no changed key stay as they
/// are: a value is replaced where it stands, a new key comes after the last of its section (which comes at
/// the end where there is none), a key that is taken out goes with its line. `file` is for messages. Errors:
/// invalid_argument (the text is no valid config, before or after; a change is wrong), unsupported (a section
/// is written in a form that cannot be edited, as `api = { port = 1 }`).
Result<std::string> apply_changes(std::string_view text, const std::vector<Change>& changes, Asker asker,
                                  const std::string& file);

/// What a person types for a key ("7412", "true", "a, b") as its value; invalid_argument says what it takes.
/// A list takes items with commas between, or TOML's form ["a", "b"].
Result<TomlValue> value_from_text(std::string_view path, std::string_view text);

/// The key's value in `config`.
TomlValue value_in(std::string_view path, const Config& config);

/// Takes the live keys' values (Key::live) over from `from`; true if one of them is another than before.
bool take_live_keys(Config& into, const Config& from);

/// The value as TOML; for what keys take: flags, whole numbers, text and lists of text.
std::string toml_text(const TomlValue& value);

}  // namespace localscale::config
