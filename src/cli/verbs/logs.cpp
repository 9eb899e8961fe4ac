#include <algorithm>
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
#include "cli/log_printer.hpp"
#include "cli/text.hpp"
#include "cli/verb.hpp"
#include "config/state_owner.hpp"

namespace localscale::cli {
namespace {

struct LogsOptions {
  bool follow = false;
  std::uint32_t lines = 100;
  LogWish wish;
};

/// The file under its name now: another one after a rotation.
ino_t file_number(const std::filesystem::path& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

/// Prints what is added until the process is interrupted or nobody takes it any more.
void follow_file(const Context& context, LogPrinter& printer, const std::filesystem::path& log) {
  LineSplitter lines([&](std::string_view line) {
    printer.print(line);
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

int print_file(const Context& context, LogPrinter& printer, const LogsOptions& options,
               const std::filesystem::path& log) {
  // Those that pass are counted, so more have to be looked at.
  constexpr std::size_t looked_at = 100'000;
  const bool all_pass = options.wish.level.empty() && options.wish.process.empty();
  auto lines = last_lines(log, all_pass ? options.lines : looked_at);
  if (!lines) return context.terminal.report(failed(lines.error()).value());
  std::erase_if(*lines, [&](const std::string& line) { return !options.wish.passes(line); });
  const std::size_t skipped = lines->size() - std::min<std::size_t>(lines->size(), options.lines);
  for (std::size_t i = skipped; i < lines->size(); ++i) printer.print((*lines)[i]);
  if (options.follow && context.terminal.all_written()) follow_file(context, printer, log);
  return 0;
}

std::string query_of(const LogWish& wish) {
  return fmt::format("level={}&process={}", wish.level.empty() ? "trace" : wish.level,
                     percent_encoded(wish.process));
}

/// Where no file is written (systemd, --foreground) the running home has the newest lines in memory.
Outcome<void> print_from_home(const Context& context, LogPrinter& printer, const LogsOptions& options,
                              const Home& home) {
  constexpr std::uint32_t most = 1000;
  const std::string query = query_of(options.wish);
  const auto answer = home.get(fmt::format("/localscale/v1/logs?{}&limit={}", query,
                                           std::clamp<std::uint32_t>(options.lines, 1, most)));
  if (!answer) return tl::unexpected(answer.error());
  std::int64_t seen = 0;
  for (const Json& line : list_at(*answer, "lines")) {
    if (options.lines > 0) printer.print_entry(line);
    seen = number_at(line, "id");
  }
  if (!options.follow) return {};
  const std::string since = seen == 0 ? "" : fmt::format("&since={}", seen);
  return home.follow("/localscale/v1/logs/stream?" + query + since, [&](std::string_view line) {
    constexpr std::string_view data = "data: {\"id\":";
    if (line.starts_with(data)) {
      const Json entry = Json::parse(line.substr(data.find('{')), nullptr, false);
      if (entry.is_object()) printer.print_entry(entry);
    }
    return context.terminal.all_written();
  });
}

int logs(const Context& context, const LogsOptions& options) {
  if (const auto fine = options.wish.check(); !fine)
    return context.terminal.report(failed(fine.error()).value());
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  LogPrinter printer(context.terminal, options.wish);
  const auto& log = home->layout().log;
  const auto there = last_lines(log, 1);
  if (there) return print_file(context, printer, options, log);
  if (there.error().code == Errc::not_found) {
    const auto printed = print_from_home(context, printer, options, *home);
    if (printed) return 0;
    if (printed.error().exit != Exit::not_running) return context.terminal.report(printed.error());
  }
  return context.terminal.report(failed(config::with_owner(there.error(), home->layout().state)).value());
}

}  // namespace

Verb logs_verb() {
  auto options = std::make_shared<LogsOptions>();
  return {
      .name = "logs",
      .summary = "Print the home's log",
      .example = "localscale logs -f -n 20 --level warn",
      .options = {{"-f,--follow", "Go on printing what is added", &options->follow},
                  {"-n,--lines", "How many of the last lines (default 100)", &options->lines},
                  {"--level", "Only this level and worse: trace, debug, info, warn, error",
                   &options->wish.level},
                  {"--process", "Only of this process: house, supervisor, fetcher", &options->wish.process}},
      .run = [options](const Context& context) { return logs(context, *options); },
      .verbs = {},
      .storage = options};
}

}  // namespace localscale::cli
