#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

int remove(const Context& context, const std::vector<std::string>& names) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  int result = 0;
  for (const std::string& name : names) {
    const auto answer = home->call("DELETE", "/api/delete", {{"model", name}});
    if (!answer) {
      result = context.terminal.report(answer.error());
      continue;
    }
    if (context.terminal.look().json)
      context.terminal.write(schema_line("rm", {{"model", name}, {"removed", true}}));
    context.terminal.say(fmt::format("{} is removed.", name));
  }
  return result;
}

}  // namespace

Verb rm_verb() {
  auto names = std::make_shared<std::vector<std::string>>();
  return {.name = "rm",
          .summary = "Remove models from this home's own store",
          .example = "localscale rm llama3.2:1b",
          .options = {{"model", "The models' names", names.get(), true, Completes::model}},
          .run = [names](const Context& context) { return remove(context, *names); },
          .verbs = {},
          .storage = names};
}

}  // namespace localscale::cli
