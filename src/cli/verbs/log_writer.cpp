#include <unistd.h>

#include "cli/log_file.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {

/// What `up` puts between the home's standard error and the log file.
Verb log_writer_verb() {
  auto path = std::make_shared<std::string>();
  return {.name = "log-writer",
          .summary = "Copy standard input into a log file that rotates",
          .example = "localscale log-writer FILE",
          .options = {{"file", "The log file", path.get(), true}},
          .run =
              [path](const Context& context) {
                const auto copied = copy_to_log(STDIN_FILENO, *path, STDERR_FILENO);
                return copied ? 0 : context.terminal.report(failed(copied.error()).value());
              },
          .verbs = {},
          .storage = path,
          .hidden = true};
}

}  // namespace localscale::cli
