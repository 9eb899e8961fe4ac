#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/home_status.hpp"
#include "cli/supervisor_process.hpp"
#include "cli/text.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

void show(const Context& context, const Json& status) {
  const Terminal& terminal = context.terminal;
  const auto row = [&](const std::string& label, const std::string& text) {
    terminal.say(fmt::format("  {:<9} {}", one_line(label), one_line(text)));
  };
  terminal.say(fmt::format("{}: {}", terminal.bold(one_line(text_at(status, "state", "Unknown"))),
                           one_line(text_at(status, "reason"))));
  for (const Json& door : list_at(status, "doors")) {
    row(text_at(door, "name"),
        flag_at(door, "open") ? text_at(door, "url") : "shut: " + text_at(door, "note"));
  }
  row("up for", human_duration(number_at(status, "uptime_seconds")));
  for (const Json& model : list_at(status, "loaded")) {
    row("model", fmt::format("{} ({}, {})", text_at(model, "name"), text_at(model, "state"),
                             human_bytes(static_cast<std::uint64_t>(number_at(model, "memory_bytes")))));
  }
  const Json& walls = list_at(status, "walls");
  if (walls.empty()) row("walls", "being checked");
  for (const Json& wall : walls) {
    row("wall", fmt::format("{}: {}", text_at(wall, "name"),
                            flag_at(wall, "stands") ? "stands" : "OPEN, " + text_at(wall, "detail")));
  }
}

/// No answer: stopped, or running without answering.
int without_answer(const Context& context, const Home& home, const Failure& failure) {
  const auto holder = lock_holder(home.layout());
  const bool is_running = holder && holder->has_value();
  if (failure.exit != Exit::not_running && !is_running) return context.terminal.report(failure);
  const bool is_silent = is_running && failure.error.code == Errc::timeout;
  const char* word = is_silent ? "Error" : is_running ? "Starting" : "Stopped";
  const std::string reason =
      is_silent    ? fmt::format("the supervisor (process {}) runs, but the house does not answer", **holder)
      : is_running ? "the supervisor runs, but the house does not answer yet"
                   : "Localscale is not running";
  if (context.terminal.look().json) {
    context.terminal.write(
        schema_line("status", {{"state", word}, {"reason", reason}, {"running", is_running}}));
  } else {
    context.terminal.say(fmt::format("{}: {}. {}", context.terminal.bold(word), reason,
                                     is_silent    ? restart_advice
                                     : is_running ? "See: localscale logs"
                                                  : "Start it with: localscale up"));
  }
  return static_cast<int>(is_silent ? Exit::timeout : Exit::not_running);
}

int status(const Context& context) {
  const auto home = context.home();
  if (!home) return context.terminal.report(home.error());
  constexpr std::chrono::seconds patience{4};
  const auto answer = status_of(*home, patience);
  if (!answer) return without_answer(context, *home, answer.error());
  if (context.terminal.look().json) {
    Json out = *answer;
    out["running"] = true;
    context.terminal.write(schema_line("status", out));
  } else {
    show(context, *answer);
  }
  return 0;
}

}  // namespace

Verb status_verb() {
  return {.name = "status",
          .summary = "Say in one word how this home is, and why",
          .example = "localscale status",
          .options = {},
          .run = status,
          .verbs = {},
          .storage = {}};
}

}  // namespace localscale::cli
