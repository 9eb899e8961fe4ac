#include "cli/terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/json.hpp"

namespace localscale::cli {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value != nullptr && *value != '\0';
}

bool is_dumb() {
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): one thread
  return term == nullptr || std::string_view(term) == "dumb";
}

void put(FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

/// The first `width` characters of UTF-8 text.
std::string_view cut(std::string_view text, std::size_t width) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (seen++ == width) return text.substr(0, i);
  }
  return text;
}

}  // namespace

Look Look::of_this_process() {
  Look look;
  look.out_is_tty = isatty(STDOUT_FILENO) == 1;
  look.redraws = isatty(STDERR_FILENO) == 1 && !is_dumb();
  look.color = look.out_is_tty && !is_set("NO_COLOR") && !is_dumb();
  return look;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // C1 controls (U+0080 to U+009F) are two bytes in UTF-8.
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      ++i;
      continue;
    }
    if ((byte >= 0x20 && byte != 0x7f) || byte == '\n' || byte == '\t') out += text[i];
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out = harmless(text);
  std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return out;
}

void Terminal::say(std::string_view text) const {
  if (!look_.json && !look_.quiet) put(stdout, fmt::format("{}\n", text));
}

void Terminal::write(std::string_view text) {
  put(stdout, text);
  if (!text.empty()) ends_in_line_ = text.back() != '\n';
}

bool Terminal::all_written() const {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

void Terminal::remark(std::string_view text) const {
  if (!look_.json && !look_.quiet) put(stderr, fmt::format("{}\n", text));
}

void Terminal::table(const std::vector<std::string>& headings,
                     std::vector<std::vector<std::string>> rows) const {
  if (look_.json) return;
  for (auto& row : rows) std::ranges::transform(row, row.begin(), one_line);
  std::vector<std::size_t> widths;
  widths.reserve(headings.size());
  for (const std::string& heading : headings) widths.push_back(look_.out_is_tty ? columns(heading) : 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += cells[i];
      if (i + 1 < cells.size()) out += std::string(widths[i] - columns(cells[i]) + 2, ' ');
    }
    return out;
  };
  if (look_.out_is_tty && !look_.quiet) put(stdout, dim(line(headings)) + "\n");
  for (const auto& row : rows) put(stdout, line(row) + "\n");
}

std::size_t Terminal::width() const {
  return look_.out_is_tty ? terminal_width(STDOUT_FILENO) : std::numeric_limits<std::size_t>::max();
}

std::size_t Terminal::progress_width() {
  return terminal_width(STDERR_FILENO) - 1;  // A full line would wrap in some terminals.
}

void Terminal::progress(std::string_view line) {
  const bool answer_stands_there = ends_in_line_ && look_.out_is_tty;
  if (!shows_progress() || answer_stands_there) return;
  put(stderr, fmt::format("\r\033[K{}", cut(one_line(line), progress_width())));
  progress_is_shown_ = true;
}

void Terminal::progress_done() {
  if (progress_is_shown_) put(stderr, "\r\033[K");
  progress_is_shown_ = false;
}

int Terminal::report(const Failure& failure) {
  progress_done();
  if (ends_in_line_ && look_.out_is_tty) write("\n");
  if (look_.json) {
    put(stdout, error_line(failure.error, static_cast<int>(failure.exit)));
  } else {
    put(stderr, fmt::format("localscale: {}\n", harmless(failure.error.message())));
  }
  return static_cast<int>(failure.exit);
}

std::string Terminal::bold(std::string_view text) const {
  return look_.color ? fmt::format("\033[1m{}\033[0m", text) : std::string(text);
}

std::string Terminal::dim(std::string_view text) const {
  return look_.color ? fmt::format("\033[2m{}\033[0m", text) : std::string(text);
}

}  // namespace localscale::cli
