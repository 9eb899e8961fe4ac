#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

/// TOML as a flat list of keys with their lines, so that only one file of ours includes the TOML library.
namespace localscale::config {

/// A kind of value that no key of ours takes; `kind` says which, for the error.
struct OtherValue {
  std::string kind;
};

/// Marks the header of a section: [api] or [[fetcher.registries]].
struct SectionStart {};

using TomlValue =
    std::variant<SectionStart, bool, std::int64_t, double, std::string, std::vector<std::string>, OtherValue>;

struct TomlItem {
  std::string section;  ///< "api", "fetcher.registries", empty at the top.
  int index = -1;       ///< Which element of an array of tables; -1 in plain tables.
  std::string key;      ///< Empty for a SectionStart.
  unsigned line = 0;
  TomlValue value;
};

/// The value as an error shows it: `99999`, `"loud"` (shortened), "a list of strings".
std::string describe(const TomlValue& value);

/// `text` as a quoted TOML string.
std::string toml_quote(std::string_view text);

/// Reads a TOML text of at most 1 MiB. A section's start comes before its keys; else the order is not the
/// file's. A syntax error names `file`, line and column.
Result<std::vector<TomlItem>> read_toml(std::string_view text, const std::string& file);

}  // namespace localscale::config
