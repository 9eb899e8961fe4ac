#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.hpp"

namespace localscale::cli {

/// How the output looks: from flags, the environment and what the streams are.
struct Look {
  bool json = false;
  bool quiet = false;
  bool out_is_tty = false;
  bool redraws = false;  ///< Standard error is a tty that can clear a line (not TERM=dumb).
  bool color = false;    ///< Off without a tty, with NO_COLOR and with TERM=dumb.

  static Look of_this_process();
};

/// Where a verb writes. Results go to standard output, everything else to standard error.
class Terminal {
 public:
  explicit Terminal(Look look) : look_(look) {}

  [[nodiscard]] const Look& look() const { return look_; }
  void set_json(bool json) { look_.json = json; }
  void set_quiet(bool quiet) { look_.quiet = quiet; }

  /// A result for people: nothing with --json or --quiet.
  void say(std::string_view text) const;
  /// Always written, as it is, and flushed: answers of models, JSON lines.
  void write(std::string_view text);
  /// False if standard output took less than it was given: a full disk, or closed.
  [[nodiscard]] bool all_written() const;
  /// A remark on standard error: nothing with --json or --quiet.
  void remark(std::string_view text) const;
  /// Rows under headings, columns padded; headings only on a tty. A row is one line, whatever its cells hold.
  void table(const std::vector<std::string>& headings, std::vector<std::vector<std::string>> rows) const;
  /// The person ended the line that was written last.
  void line_was_entered() { ends_in_line_ = false; }
  /// Redraws the one progress line on standard error: nothing unless that is a tty, and nothing where an
  /// answer stands in that line.
  void progress(std::string_view line);
  /// Clears the progress line, if one is shown.
  void progress_done();
  /// How many columns a line of results may have: those of the terminal; without one, no limit.
  [[nodiscard]] std::size_t width() const;
  /// How many columns a progress line may have.
  [[nodiscard]] static std::size_t progress_width();
  /// Writes the failure (as JSON on standard output with --json), on a line of its own, and gives the exit
  /// status.
  [[nodiscard]] int report(const Failure& failure);

  [[nodiscard]] std::string bold(std::string_view text) const;
  [[nodiscard]] std::string dim(std::string_view text) const;

 private:
  [[nodiscard]] bool shows_progress() const { return look_.redraws && !look_.json && !look_.quiet; }
  Look look_;
  bool progress_is_shown_ = false;
  bool ends_in_line_ = false;  ///< What was written last did not end with a line feed.
};

/// Width of `text` in terminal columns, counting one per UTF-8 character.
std::size_t columns(std::string_view text);

/// Text from elsewhere (model names, server messages) without control characters, so that it cannot steer the
/// terminal. Line feeds and tabs stay.
std::string harmless(std::string_view text);

/// The same as one line: line feeds and tabs are spaces.
std::string one_line(std::string_view text);

}  // namespace localscale::cli
