#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/sign_in_link.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

int open_page(const Context& context, bool only_print) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto link = new_sign_in_link(*home);
  if (!link) return context.terminal.report(link.error());
  const bool opened = !only_print && open_in_browser(link->url);
  if (context.terminal.look().json) {
    const Json expires = link->expires_at.empty() ? Json(nullptr) : Json(link->expires_at);
    context.terminal.write(
        schema_line("open", {{"url", link->url}, {"expires_at", expires}, {"opened", opened}}));
    return 0;
  }
  context.terminal.write(link->url + "\n");
  if (opened) {
    context.terminal.remark("Opened in your browser.");
  } else {
    context.terminal.remark(fmt::format("Open it in a browser on this machine. It works once, {}.",
                                        link->expires_at.empty() ? "whenever you do" : "within ten minutes"));
  }
  return 0;
}

}  // namespace

Verb open_verb() {
  auto only_print = std::make_shared<bool>(false);
  return {.name = "open",
          .summary = "Open this home's page, signed in",
          .example = "localscale open",
          .options = {{"--print", "Only print the link, which signs in once", only_print.get()}},
          .run = [only_print](const Context& context) { return open_page(context, *only_print); },
          .verbs = {},
          .storage = only_print};
}

}  // namespace localscale::cli
