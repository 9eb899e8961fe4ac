#include "cli/manual/roff.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace localscale::cli::manual {
namespace {

/// One character of text, where `bold` says whether a backquoted word has begun.
void append(std::string& out, char c, bool& bold) {
  if (c == '\\') {
    out += "\\e";
  } else if (c == '-') {
    out += "\\-";
  } else if (c == '`') {
    bold = !bold;
    out += bold ? "\\fB" : "\\fR";
  } else {
    out += c;
  }
}

/// A line that begins with a dot or a quote would be a request.
std::string shielded(const std::string& text) {
  return !text.empty() && (text.front() == '.' || text.front() == '\'') ? "\\&" + text : text;
}

std::string escaped(std::string_view text) {
  std::string out;
  bool bold = false;
  for (const char c : text) append(out, c, bold);
  if (bold) out += "\\fR";
  return out;
}

}  // namespace

std::string roff_text(std::string_view text) {
  return shielded(escaped(text));
}

std::string roff_bold(std::string_view text) {
  return "\\fB" + escaped(text) + "\\fR";
}

std::string roff_head(const PageHead& head) {
  std::string title = head.name;
  std::ranges::transform(title, title.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return fmt::format(".TH {} {} {} \"localscale {}\" \"Localscale\"\n.SH NAME\n{} \\- {}\n", escaped(title),
                     head.section, head.date, head.version, escaped(head.name), roff_text(head.about));
}

std::string roff_item(std::string_view tag, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", tag, roff_text(text));
}

std::string roff_example(std::string_view lines) {
  std::string out = ".PP\n.nf\n.RS 4\n";
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    auto line = lines.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    std::string plain(line);
    std::erase(plain, '`');
    out += roff_text(plain) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out + ".RE\n.fi\n";
}

}  // namespace localscale::cli::manual
