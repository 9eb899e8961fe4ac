#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/json.hpp"
#include "cli/terminal.hpp"

namespace localscale::cli {

/// Which lines of the log a person wants.
struct LogWish {
  std::string level;    ///< At least this one; empty: all.
  std::string process;  ///< Empty: of all.

  /// invalid_argument for a level that is none.
  [[nodiscard]] Result<void> check() const;
  /// Lines that are none of our log's own count as warnings of an unknown process.
  [[nodiscard]] bool passes(std::string_view line) const;
};

/// Prints lines that pass, as text or as JSON.
class LogPrinter {
 public:
  LogPrinter(Terminal& terminal, LogWish wish) : terminal_(terminal), wish_(std::move(wish)) {}

  [[nodiscard]] const LogWish& wish() const { return wish_; }
  /// A line of the log file.
  void print(std::string_view line);
  /// A line as the home tells it; it has passed already.
  void print_entry(const Json& entry);

 private:
  Terminal& terminal_;
  LogWish wish_;
};

}  // namespace localscale::cli
