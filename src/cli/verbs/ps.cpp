#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/text.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

std::string until(const Json& model) {
  if (number_at(model, "in_use") > 0) return "in use";
  const std::int64_t expires = number_at(model, "expires_at_unix");
  return expires == 0 ? "never" : "in " + human_duration(expires - std::time(nullptr));
}

int ps(const Context& context) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->get("/localscale/v1/ps");
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("ps", *answer));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Json& model : list_at(*answer, "loaded")) {
    rows.push_back({text_at(model, "name"), text_at(model, "state"),
                    human_bytes(static_cast<std::uint64_t>(number_at(model, "memory_bytes"))),
                    fmt::format("{}", number_at(model, "context_tokens")),
                    fmt::format("{}", number_at(model, "threads")), until(model)});
  }
  if (rows.empty()) context.terminal.remark("No model is loaded; one is loaded when it is asked.");
  context.terminal.table({"NAME", "STATE", "MEMORY", "CONTEXT", "THREADS", "UNLOADED"}, std::move(rows));
  return 0;
}

}  // namespace

Verb ps_verb() {
  return {.name = "ps",
          .summary = "List the models in memory",
          .example = "localscale ps",
          .options = {},
          .run = ps,
          .verbs = {},
          .storage = {}};
}

}  // namespace localscale::cli
