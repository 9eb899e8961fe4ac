#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/toml_items.hpp"

namespace localscale::config {

/// One key of the file: everything about it stands in one row of the table in keys.cpp.
template <class Target>
struct Key {
  std::string section;  ///< Empty for the top of the file.
  std::string name;
  std::string comment;
  std::string allowed;  ///< What it takes, as the error and the default file say it: "a whole number from 1
                        ///< to 65535".
  /// Stores the value; false if it is not what `allowed` says.
  std::function<bool(const TomlValue&, Target&)> read;
  /// The value as TOML.
  std::function<std::string(const Target&)> write;

  [[nodiscard]] std::string path() const { return section.empty() ? name : section + "." + name; }
};

/// The name of the only array of tables.
inline constexpr const char* registries_section = "fetcher.registries";

/// Every key of the file in the order of the default file.
const std::vector<Key<Config>>& keys();

/// The keys of one [[fetcher.registries]].
const std::vector<Key<Registry>>& registry_keys();

/// What a section is about, for the default file.
std::string section_comment(const std::string& section);

}  // namespace localscale::config
