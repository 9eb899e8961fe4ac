#pragma once

#include <string>
#include <string_view>

namespace localscale::cli::manual {

/// Text as man pages want it: nothing in it steers the formatter. Backquoted words become bold.
std::string roff_text(std::string_view text);

/// A word or synopsis in bold.
std::string roff_bold(std::string_view text);

/// What stands at the top of a page.
struct PageHead {
  std::string name;  ///< "localscale"
  int section = 1;
  std::string about;    ///< One line, without a full stop.
  std::string date;     ///< "2026-01-31"
  std::string version;  ///< "0.1.0"
};

/// The head of a page, up to and with its NAME section.
std::string roff_head(const PageHead& head);

/// A tagged paragraph: `tag` is roff already, `text` is plain.
std::string roff_item(std::string_view tag, std::string_view text);

/// Lines that are shown as they are.
std::string roff_example(std::string_view lines);

}  // namespace localscale::cli::manual
