#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/home_status.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* for_ready = "ready";
constexpr const char* for_model = "model";

struct WaitOptions {
  std::string what = for_ready;
  std::string model;
  std::uint32_t timeout_s = 60;
};

/// What was found at one look: empty `missing` if it is as was waited for.
struct Seen {
  std::string missing;
  std::string state;
};

std::string with_tag(const std::string& name) {
  const auto slash = name.rfind('/');
  const bool tagged = name.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
  return tagged ? name : name + ":latest";
}

bool offers(const Json& answer, const std::string& model) {
  const Json& models = list_at(answer, "models");
  return std::any_of(models.begin(), models.end(), [&](const Json& one) {
    return text_at(one, "name") == model || text_at(one, "name") == with_tag(model);
  });
}

/// Looks once; fails only with what waiting does not mend.
Outcome<Seen> look_for(const Home& home, const WaitOptions& options, std::chrono::milliseconds patience) {
  const auto status = status_of(home, patience);
  if (!status) {
    const Errc code = status.error().error.code;
    const bool may_come = code == Errc::unavailable || code == Errc::timeout;
    if (may_come) return Seen{status.error().error.what, ""};
    return tl::unexpected(status.error());
  }
  const std::string state = text_at(*status, "state");
  if (state == "Starting" || state == "Stopping")
    return Seen{fmt::format("The home is {}.", state == "Starting" ? "starting" : "stopping"), state};
  if (options.what != for_model) return Seen{"", state};
  const auto models = home.get("/localscale/v1/models");
  if (!models) return tl::unexpected(models.error());
  if (offers(*models, options.model)) return Seen{"", state};
  return Seen{fmt::format("This home has no model '{}'.", options.model), state};
}

int tell(const Context& context, const WaitOptions& options, const std::string& state, Clock::duration took) {
  if (context.terminal.look().json) {
    Json out = {{"for", options.what}, {"state", state}};
    if (options.what == for_model) out["model"] = options.model;
    out["waited_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    context.terminal.write(schema_line("wait", out));
  } else if (options.what == for_model) {
    context.terminal.say(fmt::format("{} is here.", options.model));
  } else {
    context.terminal.say(fmt::format("Localscale is ready: {}.", state));
  }
  return 0;
}

int wait(const Context& context, const WaitOptions& options) {
  constexpr std::chrono::milliseconds longest_look{2000};
  constexpr std::chrono::milliseconds pause{50};
  if ((options.what == for_model) == options.model.empty()) {
    return context.terminal.report(
        failed({Errc::invalid_argument,
                options.model.empty() ? "Which model is waited for?" : "A name goes with --for model.",
                "Example: localscale wait --for model llama3.2:1b"})
            .value());
  }
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::seconds(options.timeout_s);
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    const auto found = look_for(*home, options, std::clamp(left, pause, longest_look));
    if (!found) return context.terminal.report(found.error());
    if (found->missing.empty()) {
      context.terminal.progress_done();
      return tell(context, options, found->state, Clock::now() - begin);
    }
    if (Clock::now() + pause >= end) {
      return context.terminal.report(
          failed(
              {Errc::timeout, fmt::format("Waited {} s in vain. {}", options.timeout_s, found->missing),
               options.what == for_model ? "See: localscale ls" : "See: localscale status; localscale logs"})
              .value());
    }
    context.terminal.progress("waiting: " + found->missing);
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

Verb wait_verb() {
  auto options = std::make_shared<WaitOptions>();
  return {.name = "wait",
          .summary = "Wait until this home is ready, or has a model",
          .example = "localscale wait --timeout 30\n  localscale wait --for model llama3.2:1b",
          .options = {{"--for",
                       "What to wait for: ready (default) or model",
                       &options->what,
                       false,
                       Completes::nothing,
                       {for_ready, for_model}},
                      {"name", "With --for model: the model that is to be there", &options->model, false,
                       Completes::model},
                      {"--timeout", "Seconds after which it ends with status 6 (default 60)",
                       &options->timeout_s}},
          .run = [options](const Context& context) { return wait(context, *options); },
          .verbs = {},
          .storage = options};
}

}  // namespace localscale::cli
