#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace localscale {

/// True if `text` is valid UTF-8 without what would act instead of being shown where it is printed: control
/// characters (C0, C1, DEL), line and paragraph separators, and marks that change the direction of writing.
bool is_printable_utf8(std::string_view text);

/// `text` with each byte of what is_printable_utf8 refuses as \xXX (a line break as \n, a tab as \t): one
/// line that can be read and does nothing where it is printed.
std::string one_printable_line(std::string_view text);
void append_printable_line(std::string_view text, std::string& out);

/// What a client sent, for a log line: spaces and all but visible ASCII as %XX, cut at `bytes_max` bytes with
/// "…" as a sign of it.
std::string for_log(std::string_view raw, std::size_t bytes_max = 200);

}  // namespace localscale
