#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

/// No address is set: nobody is asked, and nothing runs for it.
int tell_where_releases_are(const Context& context) {
  if (context.terminal.look().json) {
    context.terminal.write(
        schema_line("update", {{"current", LOCALSCALE_VERSION}, {"asked", false}, {"newer", nullptr}}));
    return 0;
  }
  context.terminal.say(fmt::format(
      "This is localscale {}. Nobody was asked for a newer one: no address is set.\n"
      "Releases are found where you got Localscale: a package's with apt, a clone's with git pull.\n"
      "To have `localscale update --check` ask an address, set url under [update] in {}.",
      LOCALSCALE_VERSION, context.config_path.string()));
  return 0;
}

void tell(const Context& context, const Json& answer) {
  const std::string newest = one_line(text_at(answer, "newest"));
  if (!flag_at(answer, "newer")) {
    context.terminal.say(
        fmt::format("This is the newest release: localscale {}.", one_line(text_at(answer, "current"))));
    return;
  }
  context.terminal.say(fmt::format("There is a newer release: {} (this is {}).",
                                   context.terminal.bold(newest), one_line(text_at(answer, "current"))));
  if (const std::string notes = text_at(answer, "notes"); !notes.empty())
    context.terminal.say(harmless(notes));
  if (const std::string url = text_at(answer, "url"); !url.empty())
    context.terminal.say("Get it: " + one_line(url));
}

int check(const Context& context) {
  const auto config = context.config();
  if (!config) return context.terminal.report(config.error());
  if (config->update.url.empty()) return tell_where_releases_are(context);
  const Home home{config::Layout(*config)};
  const auto answer = home.call("POST", "/localscale/v1/update/check", Json::object());
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json) {
    Json out = *answer;
    out["asked"] = true;
    context.terminal.write(schema_line("update", out));
  } else {
    tell(context, *answer);
  }
  return 0;
}

}  // namespace

Verb update_verb() {
  auto wanted = std::make_shared<bool>(false);
  return {.name = "update",
          .summary = "Ask whether there is a newer release; only when told to, and it installs nothing",
          .example = "localscale update --check",
          .options = {{"--check", "Ask the address that the config's update.url names", wanted.get(), true}},
          .run = [](const Context& context) { return check(context); },
          .verbs = {},
          .storage = wanted};
}

}  // namespace localscale::cli
