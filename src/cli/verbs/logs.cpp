#include <array>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "cli/line_splitter.hpp"
#include "cli/log_file.hpp"
#include "cli/verb.hpp"
#include "config/state_owner.hpp"

namespace localscale::cli {
namespace {

struct LogsOptions {
  bool follow = false;
  std::uint32_t lines = 100;
};

void print(const Context& context, std::string_view line) {
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("logs", {{"line", std::string(line)}}));
  } else {
    context.terminal.write(harmless(line) + "\n");
  }
}

/// The file under its name now: another one after a rotation.
ino_t file_number(const std::filesystem::path& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

/// Prints what is added until the process is interrupted or nobody takes it any more.
void follow(const Context& context, const std::filesystem::path& log) {
  LineSplitter lines([&](std::string_view line) {
    print(context, line);
    return context.terminal.all_written();
  });
  UniqueFd file(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  ino_t number = file_number(log);
  if (file) lseek(file.get(), 0, SEEK_END);
  std::array<char, 16384> piece{};
  for (;;) {
    const ssize_t got = file ? ::read(file.get(), piece.data(), piece.size()) : 0;
    if (got > 0) {
      if (!lines.push({piece.data(), static_cast<std::size_t>(got)})) return;
      continue;
    }
    if (const ino_t now = file_number(log); now != number && now != 0) {
      number = now;
      file = UniqueFd(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
  }
}

int logs(const Context& context, const LogsOptions& options) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto lines = last_lines(home->layout().log, options.lines);
  if (!lines)
    return context.terminal.report(failed(config::with_owner(lines.error(), home->layout().state)).value());
  for (const std::string& line : *lines) print(context, line);
  if (options.follow && context.terminal.all_written()) follow(context, home->layout().log);
  return 0;
}

}  // namespace

Verb logs_verb() {
  auto options = std::make_shared<LogsOptions>();
  return {.name = "logs",
          .summary = "Print the home's log",
          .example = "localscale logs -f -n 20",
          .options = {{"-f,--follow", "Go on printing what is added", &options->follow},
                      {"-n,--lines", "How many of the last lines (default 100)", &options->lines}},
          .run = [options](const Context& context) { return logs(context, *options); },
          .verbs = {},
          .storage = options};
}

}  // namespace localscale::cli
