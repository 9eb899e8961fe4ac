#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/json.hpp"
#include "cli/verb.hpp"
#include "config/changes.hpp"
#include "config/config_file.hpp"

namespace localscale::cli {

/// What a person sees of a key: in the file, by default, and in the home that runs.
struct KeyView {
  std::string path;
  config::TomlValue value;                   ///< What holds at the next start.
  config::TomlValue fallback;                ///< The default.
  std::optional<config::TomlValue> running;  ///< Nothing where no home runs.

  bool live = false;  ///< The running home takes a new value over.

  /// The running home goes by another value until it is started anew.
  [[nodiscard]] bool waits_for_restart() const;
};

/// The config of this command line, and of the home that runs by it, if one does.
class ConfigView {
 public:
  /// Fails if the file is wrong.
  static Outcome<ConfigView> open(const Context& context);

  /// Fails with a hint if there is no such key.
  [[nodiscard]] Outcome<KeyView> key(const std::string& path) const;
  [[nodiscard]] std::vector<KeyView> keys() const;
  [[nodiscard]] bool home_runs() const { return home_runs_; }
  /// Makes the changes in the file; where that is not this user's to write, asks the home that runs to do it.
  [[nodiscard]] Outcome<void> change(const std::vector<config::Change>& changes);

 private:
  explicit ConfigView(const Context& context) : context_(context) {}
  Outcome<void> read_file();
  void ask_home();
  [[nodiscard]] Outcome<void> change_through_home(const std::vector<config::Change>& changes,
                                                  const Error& refused) const;

  const Context& context_;
  config::Config file_;
  std::map<std::string, config::TomlValue, std::less<>> running_;  ///< Empty where no home runs.
  bool home_runs_ = false;
};

/// A home that runs could not be found any more once the state folder is another: fails with conflict.
Outcome<void> check_state_stays(const Context& context, bool changes_state);

/// As a person types it: text without quotes, a list as TOML.
std::string shown(const config::TomlValue& value);
Json json_of(const config::TomlValue& value);

}  // namespace localscale::cli
