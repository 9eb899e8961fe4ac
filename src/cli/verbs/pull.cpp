#include <chrono>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/progress_bar.hpp"
#include "cli/text.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

std::uint64_t now_ms() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

/// Smaller files fit wherever the home does.
constexpr std::uint64_t worth_asking_bytes = 50'000'000;

/// A line on standard error where the model will not run here. The download goes on: scripts and people who
/// know better are not stopped. Asked once the registry has shown that it has the model.
void warn_if_too_big(const Home& home, Terminal& terminal, const std::string& name) {
  const auto answer = home.get("/localscale/v1/fit?name=" + percent_encoded(name));
  if (!answer) return;
  const Json& fit = object_at(*answer, "fit");
  if (text_at(fit, "verdict") != "too_big") return;
  terminal.progress_done();
  terminal.remark(
      fmt::format("Warning: {} will not run here as things are. {} It is downloaded all the same; "
                  "Ctrl-C stops that.",
                  name, one_line(text_at(fit, "reason"))));
}

/// Shows the lines of a pull as they come.
class PullView {
 public:
  PullView(Terminal& terminal, std::function<void()> on_large_file)
      : terminal_(terminal), on_large_file_(std::move(on_large_file)) {}

  bool take(std::string_view line) {
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!event.is_object()) return true;
    if (event.contains("error")) {
      error_ = error_in_answer(500, text_of(event));
      return false;
    }
    if (terminal_.look().json)
      terminal_.write(schema_line("pull", event));
    else
      show(event);
    const bool goes_on = number_at(event, "completed") < number_at(event, "total");
    if (goes_on && total_ >= worth_asking_bytes && on_large_file_) std::exchange(on_large_file_, {})();
    if (text_at(event, "status") == "success") done_ = true;
    return true;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] bool done() const { return done_; }

 private:
  void show(const Json& event) {
    const std::string status = one_line(text_at(event, "status"));
    const auto total = static_cast<std::uint64_t>(number_at(event, "total"));
    if (status != status_ && total_ > 0) finish_file();
    status_ = status;
    total_ = total;
    const auto completed = static_cast<std::uint64_t>(number_at(event, "completed"));
    auto speed = static_cast<std::uint64_t>(number_at(event, "bytes_per_second"));
    if (speed == 0) speed = speed_.update(completed, now_ms());
    terminal_.progress(
        progress_line({shortened(status), completed, total, speed}, Terminal::progress_width()));
  }

  /// A file's line stays on the screen once the next begins.
  void finish_file() {
    terminal_.progress_done();
    terminal_.remark(fmt::format("{}  {}", shortened(status_), human_bytes(total_)));
  }

  static std::string shortened(const std::string& status) {
    constexpr std::size_t shown = 27;  // "pulling sha256:0123456789ab"
    return status.starts_with("pulling sha256:") ? status.substr(0, shown) : status;
  }

  Terminal& terminal_;
  std::function<void()> on_large_file_;  ///< Called once.
  Speed speed_;
  std::string status_;
  std::uint64_t total_ = 0;
  std::optional<Error> error_;
  bool done_ = false;
};

int pull(const Context& context, const std::string& name) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  std::function<void()> on_large_file;
  if (!context.terminal.look().quiet) on_large_file = [&] { warn_if_too_big(*home, context.terminal, name); };
  PullView view(context.terminal, std::move(on_large_file));
  const auto streamed = home->stream("/localscale/v1/pull", {{"name", name}, {"stream", true}},
                                     [&](std::string_view line) { return view.take(line); });
  context.terminal.progress_done();
  if (!streamed) return context.terminal.report(streamed.error());
  if (view.error()) return context.terminal.report(failed(*view.error()).value());
  if (!view.done()) {
    return context.terminal.report(failed({Errc::unavailable, "The pull broke off; what arrived is kept.",
                                           fmt::format("Resume it with: localscale pull {}", name)})
                                       .value());
  }
  context.terminal.say(fmt::format("{} is here. Try: localscale run {}", name, name));
  return 0;
}

}  // namespace

Verb pull_verb() {
  auto name = std::make_shared<std::string>();
  return {.name = "pull",
          .summary = "Download a model; an earlier pull of it is resumed",
          .example = "localscale pull llama3.2:1b\n  localscale pull hf.co/ORG/REPO:Q4_K_M",
          .options = {{"name", "The model's name", name.get(), true, Completes::model}},
          .run = [name](const Context& context) { return pull(context, *name); },
          .verbs = {},
          .storage = name};
}

}  // namespace localscale::cli
