#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/toml_items.hpp"

namespace localscale::config {

/// What a key's values look like, for those who offer a choice of them.
struct Form {
  enum class Kind { text, whole, flag, choice, list };
  Kind kind = Kind::text;
  std::uint64_t min = 0;  ///< Of a whole number.
  std::uint64_t max = 0;
  std::vector<std::string> choices;  ///< Of a choice.
};

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
  Form form;
  /// Changed by the command line and by hand only. What it decides — which programs run, which folders the
  /// confined processes are shown, which pages may call — is not for a page, or a house, to widen.
  bool command_line_only = false;
  /// A running home takes a new value over; all others count from its next start on.
  bool live = false;

  [[nodiscard]] std::string path() const { return section.empty() ? name : section + "." + name; }
};

/// The name of the only array of tables.
inline constexpr const char* registries_section = "fetcher.registries";

/// The key of this path ("api.port"); null if there is none.
const Key<Config>* find_key(std::string_view path);

/// What the key's whole numbers count, by its name: "bytes", "seconds", "ms", "days" or nothing.
std::string_view unit_of(const Key<Config>& key);

/// Every key of the file in the order of the default file.
const std::vector<Key<Config>>& keys();

/// The keys of one [[fetcher.registries]].
const std::vector<Key<Registry>>& registry_keys();

/// What a section is about, for the default file.
std::string section_comment(const std::string& section);

}  // namespace localscale::config
