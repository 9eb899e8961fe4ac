#include "cli/load_view.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"

namespace localscale::cli {
namespace {

void show(const Context& context, const std::string& verb, const std::string& model, const Json& event) {
  if (text_at(event, "status") == "success") return;
  if (context.terminal.look().json) {
    Json shown = {{"event", "load"}, {"model", model}};
    shown.update(event);
    context.terminal.write(schema_line(verb, shown));
    return;
  }
  constexpr std::int64_t ms_per_second = 1000;
  context.terminal.progress(fmt::format("{} {} ({})  {} s", harmless(text_at(event, "status")), model,
                                        human_bytes(static_cast<std::uint64_t>(number_at(event, "total"))),
                                        number_at(event, "elapsed_ms") / ms_per_second));
}

}  // namespace

Outcome<void> load_with_progress(const Context& context, const Home& home, const std::string& verb,
                                 const std::string& model) {
  std::optional<Error> error;
  auto streamed =
      home.stream("/localscale/v1/load", {{"name", model}, {"stream", true}}, [&](std::string_view line) {
        const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (!event.is_object()) return true;
        if (event.contains("error")) {
          error = error_in_answer(500, text_of(event));
          return false;
        }
        show(context, verb, model, event);
        return true;
      });
  context.terminal.progress_done();
  if (error) return failed(*error);
  return streamed;
}

}  // namespace localscale::cli
