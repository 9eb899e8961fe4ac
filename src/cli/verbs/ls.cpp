#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/text.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

int ls(const Context& context) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto answer = home->get("/localscale/v1/models");
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("ls", *answer));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Json& model : list_at(*answer, "models")) {
    rows.push_back(
        {text_at(model, "name"), human_bytes(static_cast<std::uint64_t>(number_at(model, "bytes"))),
         text_at(model, "parameter_size", "-"), text_at(model, "quantization", "-"), text_at(model, "source"),
         human_age(number_at(model, "modified_at_unix"), std::time(nullptr))});
  }
  if (rows.empty()) context.terminal.remark("No models yet. Get one with: localscale pull llama3.2:1b");
  context.terminal.table({"NAME", "SIZE", "PARAMETERS", "QUANTIZATION", "FROM", "MODIFIED"}, std::move(rows));
  for (const Json& problem : list_at(*answer, "problems"))
    context.terminal.remark("Not offered: " + one_line(text_at(problem, "message")));
  return 0;
}

}  // namespace

Verb ls_verb() {
  return {.name = "ls",
          .summary = "List the models that this home can run",
          .example = "localscale ls",
          .options = {},
          .run = ls,
          .verbs = {},
          .storage = {}};
}

}  // namespace localscale::cli
