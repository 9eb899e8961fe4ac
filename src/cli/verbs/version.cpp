#include <nlohmann/json.hpp>

#include "cli/verb.hpp"

namespace localscale::cli {

Verb version_verb() {
  return {.name = "version",
          .summary = "Print the version",
          .example = "localscale version --json",
          .options = {},
          .run =
              [](const Context& context) {
                if (context.terminal.look().json) {
                  context.terminal.write(schema_line("version", {{"version", LOCALSCALE_VERSION}}));
                } else {
                  context.terminal.write("localscale " LOCALSCALE_VERSION "\n");
                }
                return 0;
              },
          .verbs = {},
          .storage = {},
          .needs_no_config = true};
}

}  // namespace localscale::cli
