#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

int stop(const Context& context, const std::string& name) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->call("POST", "/localscale/v1/stop", {{"name", name}});
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json)
    context.terminal.write(schema_line("stop", {{"model", name}, {"stopped", true}}));
  context.terminal.say(fmt::format("{} is unloaded.", name));
  return 0;
}

}  // namespace

Verb stop_verb() {
  auto name = std::make_shared<std::string>();
  return {.name = "stop",
          .summary = "Unload a model from memory once its answers are done",
          .example = "localscale stop llama3.2:1b",
          .options = {{"model", "The model's name", name.get(), true, Completes::model}},
          .run = [name](const Context& context) { return stop(context, *name); },
          .verbs = {},
          .storage = name};
}

}  // namespace localscale::cli
