#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

struct CopyOptions {
  std::string from;
  std::string to;
  bool replace = false;
};

int copy(const Context& context, const CopyOptions& options) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->call("POST", "/localscale/v1/copy",
                                 {{"from", options.from}, {"to", options.to}, {"replace", options.replace}});
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json)
    context.terminal.write(schema_line("cp", {{"from", options.from}, {"to", options.to}}));
  context.terminal.say(fmt::format("{} is now also called {}.", options.from, options.to));
  return 0;
}

}  // namespace

Verb cp_verb() {
  auto options = std::make_shared<CopyOptions>();
  return {
      .name = "cp",
      .summary = "Give a model another name; its file is shared",
      .example = "localscale cp llama3.2:1b helper",
      .options = {{"from", "The model's name", &options->from, true, Completes::model},
                  {"to", "The new name", &options->to, true},
                  {"--replace", "Also where another model has that name; it loses it", &options->replace}},
      .run = [options](const Context& context) { return copy(context, *options); },
      .verbs = {},
      .storage = options};
}

}  // namespace localscale::cli
