#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/fit_view.hpp"
#include "cli/text.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

Outcome<std::vector<Json>> ask(const Home& home, const std::vector<std::string>& names) {
  std::vector<Json> fits;
  if (names.empty()) {
    const auto answer = home.get("/localscale/v1/suggestions");
    if (!answer) return tl::unexpected(answer.error());
    for (const Json& fit : list_at(*answer, "suggestions")) fits.push_back(fit);
    sort_by_use(fits);
  }
  for (const std::string& name : names) {
    const auto answer = home.get("/localscale/v1/fit?name=" + percent_encoded(name));
    if (!answer) return tl::unexpected(answer.error());
    fits.push_back(object_at(*answer, "fit"));
  }
  return fits;
}

int fit(const Context& context, const std::vector<std::string>& names) {
  auto& terminal = context.terminal;
  const auto home = context.home();
  if (!home) return terminal.report(home.error());
  if (!names.empty()) terminal.progress("asking the registry");
  const auto fits = ask(*home, names);
  terminal.progress_done();
  if (!fits) return terminal.report(fits.error());
  if (terminal.look().json) {
    terminal.write(schema_line("models.fit", {{"fits", *fits}}));
    return 0;
  }
  if (names.size() == 1) {
    terminal.write(fit_text(fits->front()));
    return 0;
  }
  auto table = fit_table(*fits, terminal.width());
  terminal.table(table.headings, std::move(table.rows));
  if (const auto note = speed_note(*fits); !note.empty()) terminal.remark(note);
  if (names.empty())
    terminal.remark("More about one: localscale models fit NAME. Get it: localscale pull NAME");
  return 0;
}

Verb fit_verb() {
  auto names = std::make_shared<std::vector<std::string>>();
  return {
      .name = "fit",
      .summary = "Say before a download whether a model fits this machine, and how fast it will be",
      .example = "localscale models fit\n  localscale models fit qwen3:8b hf.co/ORG/REPO:Q4_K_M",
      .options = {{"name", "Models to ask their registry about; without any: known good ones", names.get()}},
      .run = [names](const Context& context) { return fit(context, *names); },
      .verbs = {},
      .storage = names};
}

}  // namespace

Verb models_verb() {
  return {.name = "models",
          .summary = "Find a model for this machine",
          .example = "localscale models fit",
          .options = {},
          .run = {},
          .verbs = {fit_verb()},
          .storage = {}};
}

}  // namespace localscale::cli
