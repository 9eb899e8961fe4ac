#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

void print(const Context& context, const Json& model) {
  const Json& details = object_at(model, "details");
  const auto row = [&](const char* label, const std::string& value) {
    if (!value.empty()) context.terminal.say(fmt::format("  {:<15} {}", label, one_line(value)));
  };
  row("architecture", text_at(details, "family"));
  row("parameters", text_at(details, "parameter_size"));
  row("quantization", text_at(details, "quantization_level"));
  for (const auto& [key, value] : object_at(model, "model_info").items()) {
    if (key.ends_with(".context_length") && value.is_number()) row("context", value.dump());
  }
  std::string capabilities;
  for (const Json& capability : list_at(model, "capabilities")) {
    if (capability.is_string())
      capabilities += (capabilities.empty() ? "" : ", ") + capability.get<std::string>();
  }
  row("can do", capabilities);
  const std::string license = text_at(model, "license");
  row("license", license.substr(0, license.find('\n')));
  row("system", text_at(model, "system"));
}

int show(const Context& context, const std::string& name) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->call("POST", "/api/show", {{"model", name}});
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("show", *answer));
  } else {
    context.terminal.say(context.terminal.bold(name));
    print(context, *answer);
  }
  return 0;
}

}  // namespace

Verb show_verb() {
  auto name = std::make_shared<std::string>();
  return {.name = "show",
          .summary = "Print what is known of a model",
          .example = "localscale show seedling",
          .options = {{"model", "The model's name", name.get(), true, Completes::model}},
          .run = [name](const Context& context) { return show(context, *name); },
          .verbs = {},
          .storage = name};
}

}  // namespace localscale::cli
