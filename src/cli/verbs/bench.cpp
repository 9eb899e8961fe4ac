#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/text.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

struct BenchOptions {
  std::string model;
  bool kept = false;
};

/// "17.6", and whole numbers from a hundred on.
std::string rate(double tokens_per_second) {
  constexpr double whole_from = 100;
  return tokens_per_second < whole_from ? fmt::format("{:.1f}", tokens_per_second)
                                        : fmt::format("{:.0f}", tokens_per_second);
}

/// Shows the lines of a measurement as they come.
class BenchView {
 public:
  explicit BenchView(Terminal& terminal) : terminal_(terminal) {}

  bool take(std::string_view line) {
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!event.is_object()) return true;
    if (event.contains("error")) {
      error_ = error_in_answer(500, text_of(event));
      return false;
    }
    if (terminal_.look().json)
      terminal_.write(schema_line("bench", event));
    else
      show(event);
    if (text_at(event, "status") == "success") measurement_ = object_at(event, "measurement");
    return true;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] const std::optional<Json>& measurement() const { return measurement_; }

 private:
  void show(const Json& event) {
    const std::string status = one_line(text_at(event, "status"));
    const auto total = number_at(event, "total");
    constexpr std::int64_t ms_per_second = 1000;
    if (event.contains("completed"))
      terminal_.progress(fmt::format("{} ({} of {})", status, number_at(event, "completed"), total));
    else
      terminal_.progress(fmt::format("{} ({})  {} s", status, human_bytes(static_cast<std::uint64_t>(total)),
                                     number_at(event, "elapsed_ms") / ms_per_second));
  }

  Terminal& terminal_;
  std::optional<Error> error_;
  std::optional<Json> measurement_;
};

std::string in_words(const Json& measurement) {
  const double watts = real_at(measurement, "watts");
  return fmt::format(
      "{} writes {} and reads {} tokens a second ({} thread{}{})", one_line(text_at(measurement, "model")),
      rate(real_at(measurement, "answer_tokens_per_second")),
      rate(real_at(measurement, "prompt_tokens_per_second")), number_at(measurement, "threads"),
      number_at(measurement, "threads") == 1 ? "" : "s", watts > 0 ? fmt::format(", {:.0f} W", watts) : "");
}

int measure(const Context& context, const Home& home, const std::string& model) {
  BenchView view(context.terminal);
  const Json wish = model.empty() ? Json::object() : Json{{"model", model}};
  const auto streamed =
      home.stream("/localscale/v1/measure", wish, [&](std::string_view line) { return view.take(line); });
  context.terminal.progress_done();
  if (!streamed) return context.terminal.report(streamed.error());
  if (view.error()) return context.terminal.report(failed(*view.error()).value());
  if (!view.measurement()) {
    return context.terminal.report(failed({Errc::unavailable, "The measurement broke off; nothing was kept.",
                                           "See: localscale status; localscale logs"})
                                       .value());
  }
  context.terminal.say(in_words(*view.measurement()));
  return 0;
}

int list(const Context& context, const Home& home) {
  const auto answer = home.get("/localscale/v1/measurements");
  if (!answer) return context.terminal.report(answer.error());
  if (context.terminal.look().json) {
    context.terminal.write(schema_line("bench.kept", *answer));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Json& one : list_at(*answer, "measurements")) {
    const double watts = real_at(one, "watts");
    rows.push_back({human_age(unix_time(text_at(one, "at")), std::time(nullptr)), text_at(one, "model"),
                    rate(real_at(one, "answer_tokens_per_second")),
                    rate(real_at(one, "prompt_tokens_per_second")), std::to_string(number_at(one, "threads")),
                    watts > 0 ? fmt::format("{:.0f}", watts) : "-"});
  }
  if (rows.empty()) context.terminal.remark("Nothing was measured yet. Do it with: localscale bench");
  context.terminal.table({"MEASURED", "MODEL", "WRITES TOKENS/S", "READS TOKENS/S", "THREADS", "WATTS"},
                         std::move(rows));
  return 0;
}

}  // namespace

Verb bench_verb() {
  auto options = std::make_shared<BenchOptions>();
  return {.name = "bench",
          .summary = "Measure how fast a model reads and writes here; keep it",
          .example = "localscale bench\n  localscale bench llama3.2:1b\n  localscale bench --kept",
          .options = {{"model", "The model's name; default: the config's default model", &options->model},
                      {"--kept", "List what was measured instead", &options->kept}},
          .run =
              [options](const Context& context) {
                const auto home = context.home();
                if (!home) return context.terminal.report(home.error());
                return options->kept ? list(context, *home) : measure(context, *home, options->model);
              },
          .verbs = {},
          .storage = options};
}

}  // namespace localscale::cli
