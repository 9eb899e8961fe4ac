#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cli/failure.hpp"
#include "cli/home.hpp"
#include "cli/terminal.hpp"
#include "config/config.hpp"

namespace localscale::cli {

/// What every verb gets.
struct Context {
  Terminal& terminal;
  std::filesystem::path config_path;  ///< From --config, $LOCALSCALE_CONFIG or the default.

  [[nodiscard]] Outcome<config::Config> config() const;
  [[nodiscard]] Outcome<Home> home() const;
};

/// One flag, value or positional of a verb.
struct Option {
  std::string names;  ///< "-f,--follow" or, for a positional, "model".
  std::string help;
  std::variant<bool*, std::string*, std::uint32_t*, std::vector<std::string>*> target;
  bool required = false;
};

/// One word of the command line. The values that its options point to live in `storage`.
struct Verb {
  std::string name;
  std::string summary;
  std::string example;
  std::vector<Option> options;
  std::function<int(const Context&)> run;
  std::vector<Verb> verbs;  ///< The words below it: `key create`.
  std::shared_ptr<void> storage;
  bool hidden = false;
};

// One file each in verbs/.
Verb up_verb();
Verb down_verb();
Verb status_verb();
Verb version_verb();
Verb ps_verb();
Verb ls_verb();
Verb pull_verb();
Verb show_verb();
Verb rm_verb();
Verb cp_verb();
Verb run_verb();
Verb chat_verb();
Verb stop_verb();
Verb logs_verb();
Verb key_verb();
Verb config_verb();
Verb log_writer_verb();

/// All of them in the order of the help.
std::vector<Verb> all_verbs();

}  // namespace localscale::cli
