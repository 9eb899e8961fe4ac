#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Where the statements of a TOML text stand, to the byte. The TOML library forgets comments and order, so
/// what is to be kept as it was written has to be edited as text.
namespace localscale::config {

/// One `key = value`, or one header.
struct TomlStatement {
  enum class Kind { value, table, array_of_tables };
  Kind kind = Kind::value;
  std::vector<std::string> path;  ///< From the root of the file; of a value with its own name last.
  bool in_array = false;          ///< A value below an [[array of tables]].
  std::string prefix;             ///< What stands before a dotted key's last part: "api." of `api.port = 1`.
  std::size_t begin = 0;          ///< The start of its first line.
  std::size_t value_begin = 0;    ///< Of a value: its first byte, …
  std::size_t value_end = 0;      ///< … and the byte after its last.
  std::size_t end = 0;            ///< After its last line's end.
};

/// The statements in the order of the text. For a text that is valid TOML; of any other the answer is
/// without meaning.
std::vector<TomlStatement> scan_toml(std::string_view text);

}  // namespace localscale::config
