#include "cli/app.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/nearest.hpp"
#include "cli/common_options.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

void add_option(CLI::App& app, const Option& option) {
  CLI::Option* made = std::visit(
      [&](auto* value) {
        if constexpr (std::is_same_v<decltype(value), bool*>) {
          return app.add_flag(option.names, *value, option.help);
        } else {
          return app.add_option(option.names, *value, option.help);
        }
      },
      option.target);
  if (option.required) made->required();
  if (!option.choices.empty()) made->check(CLI::IsMember(option.choices));
}

void add_common(CLI::App& app, Common& common) {
  for (const Option& option : common_options(common)) add_option(app, option);
}

void add_verb(CLI::App& parent, const Verb& verb, Common& common, const Verb*& chosen) {
  CLI::App* app = parent.add_subcommand(verb.name, verb.summary);
  if (verb.hidden) app->group("");
  app->footer("\nExample:\n  " + verb.example);
  add_common(*app, common);
  for (const Option& option : verb.options) add_option(*app, option);
  for (const Verb& below : verb.verbs) add_verb(*app, below, common, chosen);
  if (!verb.verbs.empty() && !verb.run) app->require_subcommand(1);
  if (!verb.run) return;
  app->callback([&verb, &chosen, app] {
    if (app->get_subcommands().empty()) chosen = &verb;  // Else the word below it is meant.
  });
}

/// The first argument that is no option, if it is no verb: told before CLI11 sees it, with the nearest verb.
Outcome<void> check_verb(int argc, const char* const* argv, const std::vector<Verb>& verbs) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs) {
    if (!verb.hidden) names.push_back(verb.name);
  }
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--config") ++i;
    if (word.empty() || word.starts_with('-')) continue;
    if (std::ranges::find(verbs, word, &Verb::name) != verbs.end()) return {};
    const std::string near = nearest(word, names);
    return failed(
        {Errc::invalid_argument, fmt::format("'{}' is not a verb.", word),
         near.empty() ? "See: localscale --help" : fmt::format("Did you mean: localscale {}", near)});
  }
  return {};
}

bool has_argument(int argc, const char* const* argv, std::string_view wanted) {
  return std::any_of(argv + 1, argv + std::max(argc, 1),
                     [&](const char* argument) { return argument == wanted; });
}

Outcome<void> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return {};
  } catch (const CLI::CallForHelp&) {
    throw;
  } catch (const CLI::ParseError& error) {
    return failed({Errc::invalid_argument, std::string(error.what()) + ".", "See: localscale VERB --help"});
  }
}

/// The help of the verb that was named, else the program's.
std::string help_text(const CLI::App& app) {
  const CLI::App* shown = &app;
  std::string before;
  for (auto below = shown->get_subcommands(); !below.empty(); below = shown->get_subcommands()) {
    before += (before.empty() ? "" : " ") + shown->get_name();
    shown = below.front();
  }
  return shown->help(before, CLI::AppFormatMode::Normal);
}

/// Absolute, because the processes that read the file have other working directories.
std::filesystem::path config_path(const Common& common) {
  const std::filesystem::path named =
      common.config.empty() ? config::default_path() : std::filesystem::path(common.config);
  std::error_code error;
  const auto absolute = std::filesystem::absolute(named, error);
  return error ? named : absolute;
}

/// A file that was named must be there: without it the defaults would start another home than was meant.
Outcome<void> check_named_config(const Common& common, const Verb& verb) {
  std::error_code ignored;
  const bool missing = !common.config.empty() && !std::filesystem::exists(common.config, ignored);
  if (!missing || verb.needs_no_config) return {};
  return failed({Errc::not_found, fmt::format("There is no config file {}.", common.config),
                 fmt::format("Name another, or make it: localscale config --default > {}", common.config)});
}

}  // namespace

int run(int argc, const char* const* argv) {
  Terminal terminal(Look::of_this_process());
  terminal.set_json(has_argument(argc, argv, "--json"));
  if (!std::all_of(argv, argv + argc, is_utf8)) {
    return terminal.report(failed({Errc::invalid_argument, "The command line is not UTF-8 text.",
                                   "Use a UTF-8 terminal (LANG=C.UTF-8), or pipe the text in."})
                               .value());
  }
  const std::vector<Verb> verbs = all_verbs();
  if (const auto known = check_verb(argc, argv, verbs); !known) return terminal.report(known.error());

  CLI::App app("Localscale: this home's own AI, offline and private.", "localscale");
  app.footer(
      "\nExamples:\n  localscale up\n  localscale run seedling \"switch the kitchen light off\"\n\n"
      "Exit status: 0 ok, 1 error, 2 usage, 3 not running, 4 not found, 5 denied, 6 time-out, 7 check "
      "failed.");
  Common common;
  const Verb* chosen = nullptr;
  bool version = false;
  app.add_flag("--version", version, "Print the version");
  add_common(app, common);
  for (const Verb& verb : verbs) add_verb(app, verb, common, chosen);
  try {
    if (const auto parsed = parse(app, argc, argv); !parsed) return terminal.report(parsed.error());
  } catch (const CLI::CallForHelp&) {
    terminal.write(help_text(app));
    return static_cast<int>(Exit::ok);
  }
  const Verb version_word = version_verb();
  if (chosen == nullptr && version) chosen = &version_word;
  if (chosen == nullptr && terminal.look().json) {
    return terminal.report(
        failed({Errc::invalid_argument, "There is no verb.", "See: localscale --help"}).value());
  }
  if (chosen == nullptr) {
    terminal.write(app.help());
    return static_cast<int>(Exit::usage);
  }
  terminal.set_json(common.json);
  terminal.set_quiet(common.quiet);
  if (const auto named = check_named_config(common, *chosen); !named) return terminal.report(named.error());
  const int status = chosen->run({terminal, config_path(common)});
  if (status != 0 || terminal.all_written()) return status;
  return terminal.report(failed({Errc::internal, "Not all of the output could be written.",
                                 "Is the disk full, or the output closed?"})
                             .value());
}

}  // namespace localscale::cli
