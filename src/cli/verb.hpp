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

/// What a shell may complete a value to.
enum class Completes { nothing, model, file };

/// One flag, value or positional of a verb.
struct Option {
  std::string names;  ///< "-f,--follow" or, for a positional, "model".
  std::string help;
  std::variant<bool*, std::string*, std::uint32_t*, std::vector<std::string>*> target;
  bool required = false;
  Completes completes = Completes::nothing;
  std::vector<std::string> choices = {};  ///< The only values that it takes; empty: any.

  [[nodiscard]] bool is_positional() const { return !names.starts_with('-'); }
  [[nodiscard]] bool takes_value() const { return !std::holds_alternative<bool*>(target); }
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
  bool needs_no_config = false;  ///< A config file that was named need not be there.
};

// One file each in verbs/.
Verb up_verb();
Verb down_verb();
Verb status_verb();
Verb open_verb();
Verb version_verb();
Verb ps_verb();
Verb ls_verb();
Verb models_verb();
Verb pull_verb();
Verb show_verb();
Verb rm_verb();
Verb cp_verb();
Verb run_verb();
Verb chat_verb();
Verb stop_verb();
Verb bench_verb();
Verb logs_verb();
Verb key_verb();
Verb config_verb();
Verb log_writer_verb();
Verb wait_verb();
Verb completion_verb();
Verb complete_verb();
Verb doctor_verb();
Verb bugreport_verb();
Verb update_verb();
// Below `config`.
Verb config_get_verb();
Verb config_list_verb();
Verb config_set_verb();
Verb config_unset_verb();
Verb config_edit_verb();

/// All of them in the order of the help.
std::vector<Verb> all_verbs();

}  // namespace localscale::cli
