#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/verb.hpp"
#include "config/layout.hpp"

namespace localscale::cli {
namespace {

struct ConfigOptions {
  bool print_default = false;
};

int show(const Context& context, const ConfigOptions& options) {
  if (options.print_default) {
    if (context.terminal.look().json) {
      context.terminal.write(schema_line("config", {{"default", config::default_text()}}));
    } else {
      context.terminal.write(config::default_text());
    }
    return 0;
  }
  const auto config = context.config();
  if (!config) return context.terminal.report(config.error());
  std::error_code ignored;
  const bool exists = std::filesystem::exists(context.config_path, ignored);
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("config", {{"path", context.config_path.string()},
                                                  {"exists", exists},
                                                  {"state_directory", config->state_directory.string()}}));
  } else {
    context.terminal.write(context.config_path.string() + "\n");
    if (!exists)
      context.terminal.remark(
          "There is no file there: the defaults hold. `localscale config --default` prints them.");
  }
  return 0;
}

}  // namespace

Verb config_verb() {
  auto options = std::make_shared<ConfigOptions>();
  return {.name = "config",
          .summary = "Print where the config lies; show and change its keys",
          .example = "localscale config --default > config.toml",
          .options = {{"--default", "Print a commented file with every key and its default",
                       &options->print_default}},
          .run = [options](const Context& context) { return show(context, *options); },
          .verbs = {config_get_verb(), config_list_verb(), config_set_verb(), config_unset_verb(),
                    config_edit_verb()},
          .storage = options,
          .needs_no_config = true};
}

}  // namespace localscale::cli
