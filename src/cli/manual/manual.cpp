#include "cli/manual/manual.hpp"

#include <array>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "cli/common_options.hpp"
#include "cli/manual/roff.hpp"
#include "config/keys.hpp"

namespace localscale::cli::manual {
namespace {

constexpr std::string_view see_also = ".SH SEE ALSO\n";

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// "-n,--lines" as "-n, --lines VALUE" in bold.
std::string tag_of(const Option& option) {
  if (option.is_positional()) return roff_bold(upper(option.names));
  std::string names = option.names;
  if (const auto comma = names.find(','); comma != std::string::npos) names.insert(comma + 1, " ");
  return roff_bold(names) + (option.takes_value() ? " \\fIVALUE\\fR" : "");
}

std::string options_of(const std::vector<Option>& options) {
  std::string out;
  for (const Option& option : options) out += roff_item(tag_of(option), option.help + ".");
  return out;
}

/// "localscale run MODEL [PROMPT]… [OPTIONS]"
std::string synopsis(const std::string& words, const Verb& verb) {
  std::string out = roff_bold("localscale " + words);
  bool has_options = false;
  for (const Option& option : verb.options) {
    if (!option.is_positional()) {
      has_options = true;
      continue;
    }
    const bool many = std::holds_alternative<std::vector<std::string>*>(option.target);
    const std::string name = fmt::format("\\fI{}\\fR{}", upper(option.names), many ? " ..." : "");
    out += option.required ? " " + name : " [" + name + "]";
  }
  return out + (has_options ? " [\\fIOPTIONS\\fR]" : "");
}

void add_verb(std::string& out, const std::string& before, const Verb& verb) {
  if (verb.hidden) return;
  const std::string words = before.empty() ? verb.name : before + " " + verb.name;
  if (verb.run) {
    out += fmt::format(".SS {}\n{}\n.PP\n{}\n", roff_text(words), synopsis(words, verb),
                       roff_text(verb.summary + "."));
    out += options_of(verb.options);
    out += roff_example(verb.example);
  }
  for (const Verb& below : verb.verbs) add_verb(out, words, below);
}

constexpr std::array exit_statuses = {
    std::pair{"0", "All went well."},
    std::pair{"1", "An error; also: exists already, broken off, not offered here."},
    std::pair{"2", "Usage: wrong words, a bad name, a mistake in the config."},
    std::pair{"3", "The home is not running."},
    std::pair{"4", "What was named is not there."},
    std::pair{"5", "Denied; also: a limit is reached."},
    std::pair{"6", "It took too long; also: the house is stuck."},
    std::pair{"7", "A check failed: damaged bytes, or `localscale doctor` found a failure."}};

constexpr std::array variables = {
    std::pair{"LOCALSCALE_CONFIG", "The config file, where `--config` names none."},
    std::pair{"LOCALSCALE_STATE_DIRECTORY", "The state folder, whatever the config says."},
    std::pair{"NO_COLOR", "If set, nothing is coloured."}};

template <class Table>
std::string items(const Table& table) {
  std::string out;
  for (const auto& [tag, text] : table) out += roff_item(roff_bold(tag), text);
  return out;
}

template <class Target>
std::string key_item(const config::Key<Target>& key) {
  std::string out =
      roff_item(fmt::format("{} = {}", roff_bold(key.name), roff_text(key.write(Target{}))), key.comment);
  return out + ".IP\n" + roff_text("Takes " + key.allowed + ".") + "\n";
}

/// "NAME WORDS  meaning" at its two or more spaces; the second is empty where there is no meaning.
std::pair<std::string, std::string> split_usage(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto gap = line.find("  ");
  if (gap == std::string_view::npos) return {std::string(line), ""};
  const auto meaning = line.find_first_not_of(' ', gap);
  return {std::string(line.substr(0, gap)), std::string(line.substr(std::min(meaning, line.size())))};
}

}  // namespace

std::string command_page(const std::vector<Verb>& verbs, const Edition& edition) {
  Common common;
  std::string out =
      roff_head({"localscale", 1, "this home's own AI, offline and private", edition.date, edition.version});
  out += ".SH SYNOPSIS\n" + roff_bold("localscale") + " \\fIVERB\\fR [\\fIWORDS\\fR] [\\fIOPTIONS\\fR]\n";
  out += ".SH DESCRIPTION\n" +
         roff_text(
             "Starts, asks and looks after the home of this machine. Results go to standard output, "
             "everything else to standard error.") +
         "\n.SH OPTIONS OF EVERY VERB\n" + options_of(common_options(common)) +
         roff_item(roff_bold("-h, --help"), "Print the verb's help.");
  out += ".SH VERBS\n";
  for (const Verb& verb : verbs) add_verb(out, "", verb);
  out += ".SH EXIT STATUS\n" + items(exit_statuses);
  out += ".SH ENVIRONMENT\n" + items(variables);
  return out + std::string(see_also) +
         ".BR localscale.toml (5),\n.BR localscaled (8),\n.BR localscale\\-supervisor (8)\n";
}

std::string config_page(const Edition& edition) {
  std::string out =
      roff_head({"localscale.toml", 5, "the config of Localscale", edition.date, edition.version});
  out += ".SH DESCRIPTION\n" +
         roff_text(
             "One TOML file: $LOCALSCALE_CONFIG, else /etc/localscale/config.toml for root, else "
             "$XDG_CONFIG_HOME/localscale/config.toml. A missing file means the defaults. A key that is "
             "not known, a wrong type and a value out of range are errors. `localscale config --default` "
             "prints a file with every key.") +
         "\n.SH KEYS OUTSIDE OF SECTIONS\n";
  std::string section;
  for (const auto& key : config::keys()) {
    if (key.section != section) {
      section = key.section;
      out += fmt::format(".SH [{}]\n{}\n", section, roff_text(config::section_comment(section)));
    }
    out += key_item(key);
  }
  out += fmt::format(".SH [[{}]]\n{}\n", config::registries_section,
                     roff_text("More registries, each in a section of its own."));
  for (const auto& key : config::registry_keys()) out += key_item(key);
  return out + std::string(see_also) + ".BR localscale (1)\n";
}

std::string program_page(std::string_view name, std::string_view help, const Edition& edition) {
  std::istringstream lines{std::string(help)};
  std::string line;
  std::getline(lines, line);
  std::string about = line.substr(std::min(line.size(), name.size() + 2));
  if (about.ends_with('.')) about.pop_back();
  std::string usage;
  std::string rest;
  constexpr std::string_view mark = "Usage:";
  while (std::getline(lines, line)) {
    const bool first = line.starts_with(mark);
    if (first || line.starts_with(' ')) {
      const auto [words, meaning] = split_usage(first ? line.substr(mark.size()) : line);
      usage += roff_item(roff_bold(words), meaning.empty() ? "" : meaning + ".");
    } else if (!line.empty()) {
      rest += ".PP\n" + roff_text(line) + "\n";
    }
  }
  return roff_head({std::string(name), 8, about, edition.date, edition.version}) + ".SH SYNOPSIS\n" + usage +
         ".SH DESCRIPTION\n" +
         (rest.empty() ? std::string("Started by \\fBlocalscale up\\fR.\n") : rest.substr(4)) +
         std::string(see_also) + ".BR localscale (1),\n.BR localscale.toml (5)\n";
}

}  // namespace localscale::cli::manual
