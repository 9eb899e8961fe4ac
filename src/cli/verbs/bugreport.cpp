#include <ctime>
#include <fstream>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "cli/bugreport/report.hpp"
#include "cli/doctor/gather.hpp"
#include "cli/doctor/judge.hpp"
#include "cli/home_status.hpp"
#include "cli/log_file.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::string output;
  std::uint32_t lines = 200;
  bool yes = false;
  bool with_names = false;
};

/// What follows `start` in the first line of `file` that begins with it.
std::string value_in(const char* file, std::string_view start) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(start)) return line.substr(std::min(line.size(), start.size()));
  }
  return {};
}

std::vector<std::string> machine_lines() {
  std::vector<std::string> out;
  utsname kernel{};
  if (uname(&kernel) == 0)
    out.push_back(fmt::format("kernel {} {} {}", kernel.sysname, kernel.release, kernel.machine));
  const std::string system = value_in("/etc/os-release", "PRETTY_NAME=");
  if (system.size() > 2) out.push_back("system " + system.substr(1, system.size() - 2));
  out.push_back("processor " + value_in("/proc/cpuinfo", "model name\t: "));
  std::string memory = value_in("/proc/meminfo", "MemTotal:");
  memory.erase(0, memory.find_first_not_of(' '));
  out.push_back("memory " + memory);
  return out;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? std::string() : std::string(value);
}

/// What this user, machine and home are called.
bugreport::Private private_things(const config::Config& config, const Home& home,
                                  const ReportOptions& options) {
  bugreport::Private out;
  out.keep_model_names = options.with_names;
  out.home_folder = environment("HOME");
  out.state_folder = home.layout().state.string();
  // Everybody's root says nothing.
  for (const char* name : {"USER", "LOGNAME", "SUDO_USER"}) {
    if (environment(name) != "root") out.words.push_back(environment(name));
  }
  if (const passwd* user = getpwuid(getuid()); user != nullptr && std::string_view(user->pw_name) != "root")
    out.words.emplace_back(user->pw_name);
  utsname machine{};
  if (uname(&machine) == 0) out.words.emplace_back(machine.nodename);
  constexpr std::chrono::seconds patience{2};
  if (const auto status = status_of(home, patience)) {
    out.words.push_back(text_at(*status, "home_name"));
    if (const auto models = home.get("/localscale/v1/models")) {
      for (const Json& model : list_at(*models, "models")) out.models.push_back(text_at(model, "name"));
    }
  }
  out.models.push_back(config.models.default_model);
  for (const config::Registry& registry : config.fetcher.registries) out.words.push_back(registry.name);
  for (const auto* names : {&config.lan.names, &config.api.allowed_hosts})
    out.words.insert(out.words.end(), names->begin(), names->end());
  return out;
}

std::string file_name() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("localscale-report-{:%Y%m%dT%H%M%SZ}.txt", utc);
}

Result<void> write_new(const std::string& path, std::string_view text) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file && errno == EEXIST)
    return fail(Errc::conflict, fmt::format("There is a file {} already; it was kept.", path),
                "Name another: localscale bugreport --output FILE");
  if (!file) return fail_errno(fmt::format("Making {}", path), errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0) return fail_errno(fmt::format("Writing {}", path), errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::vector<bugreport::Section> make(const Context& context, const config::Config& config,
                                     const ReportOptions& options) {
  const Home home{config::Layout(config)};
  bugreport::Material material;
  material.config = config;
  material.defaults = config::load("/nonexistent").value_or(config::Config{});
  material.machine = machine_lines();
  material.facts = doctor::gather(context);
  material.findings = doctor::judge(material.facts);
  material.log = last_lines(home.layout().log, options.lines)
                     .value_or(std::vector<std::string>{
                         "There is no log file; a home under systemd logs to the journal."});
  return bugreport::make_report(material, bugreport::Redactor(private_things(config, home, options)));
}

/// Asks on the terminal; "v" shows the report first.
bool may_write(const Context& context, const std::string& text, const std::string& file) {
  for (;;) {
    fmt::print(stderr, "Write it to {}? [y]es, [N]o, [v]iew it first: ", file);
    std::string answer;
    for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) answer += static_cast<char>(c);
    if (answer == "v") {
      context.terminal.write(text);
      continue;
    }
    return answer == "y" || answer == "yes";
  }
}

void tell_contents(const Context& context, const std::vector<bugreport::Section>& sections,
                   const ReportOptions& options) {
  context.terminal.remark("The report holds:");
  for (const bugreport::Section& section : sections)
    context.terminal.remark(fmt::format("  {} ({} lines)", section.title, section.lines.size()));
  context.terminal.remark(options.with_names
                              ? "Names of models are in it (--with-names). Keys, addresses and paths are not."
                              : "Keys, addresses, paths and the names of models, persons and machines were "
                                "taken out.");
  context.terminal.remark("It is sent nowhere: you decide who gets it.");
}

int report(const Context& context, const ReportOptions& options) {
  const auto config = context.config();
  if (!config) return context.terminal.report(config.error());
  const bool asks = !options.yes && options.output != "-";
  if (asks && (isatty(STDIN_FILENO) != 1 || context.terminal.look().json)) {
    return context.terminal.report(
        failed({Errc::invalid_argument, "Without a terminal nobody can be asked, so nothing was written.",
                "Look at it with --output -, or write it with --yes."})
            .value());
  }
  const auto sections = make(context, *config, options);
  const std::string text = bugreport::text_of_report(sections);
  if (options.output == "-") {
    context.terminal.write(text);
    return 0;
  }
  const std::string file = options.output.empty() ? file_name() : options.output;
  tell_contents(context, sections, options);
  if (asks && !may_write(context, text, file)) {
    context.terminal.say("Nothing was written.");
    return 0;
  }
  if (const auto written = write_new(file, text); !written)
    return context.terminal.report(failed(written.error()).value());
  if (context.terminal.look().json)
    context.terminal.write(schema_line("bugreport", {{"file", file}, {"bytes", text.size()}}));
  else
    context.terminal.say(fmt::format("Written to {}. Read it before you send it.", file));
  return 0;
}

}  // namespace

Verb bugreport_verb() {
  auto options = std::make_shared<ReportOptions>();
  return {.name = "bugreport",
          .summary = "Write a file that helps others to help you, with nothing private in it",
          .example = "localscale bugreport\n  localscale bugreport --output -",
          .options = {{"-o,--output", "The file to make; - prints the report instead", &options->output,
                       false, Completes::file},
                      {"-n,--lines", "How many of the log's last lines (default 200)", &options->lines},
                      {"-y,--yes", "Write it without asking", &options->yes},
                      {"--with-names", "Keep the names of models", &options->with_names}},
          .run = [options](const Context& context) { return report(context, *options); },
          .verbs = {},
          .storage = options};
}

}  // namespace localscale::cli
