#include "cli/log_printer.hpp"

#include <nlohmann/json.hpp>

#include "base/log_line.hpp"

namespace localscale::cli {
namespace {

/// As the config and the API call it.
std::string_view level_name(std::string_view level) {
  return level == "warning" ? "warn" : level == "critical" ? "error" : level;
}

Json json_of(std::string_view text) {
  const auto line = log::parse_line(text);
  Json json = {{"line", std::string(text)}};
  if (!line) return json;
  json["time"] = std::string(line->time);
  json["level"] = std::string(level_name(line->level));
  json["process"] = std::string(line->process);
  json["message"] = line->message();
  return json;
}

}  // namespace

Result<void> LogWish::check() const {
  if (level.empty() || log::weight_of(level)) return {};
  return fail(Errc::invalid_argument, "'" + level + "' is no level.",
              "It is one of: trace, debug, info, warn, error");
}

bool LogWish::passes(std::string_view line) const {
  if (level.empty() && process.empty()) return true;
  const auto parsed = log::parse_line(line);
  if (!process.empty() && (!parsed || parsed->process != process)) return false;
  const auto least = log::weight_of(level).value_or(0);
  return log::weight_of(parsed ? parsed->level : "warning").value_or(0) >= least;
}

void LogPrinter::print(std::string_view line) {
  if (!wish_.passes(line)) return;
  if (terminal_.look().json) {
    terminal_.write(schema_line("logs", json_of(line)));
  } else {
    terminal_.write(harmless(line) + "\n");
  }
}

void LogPrinter::print_entry(const Json& entry) {
  const std::string text = text_at(entry, "time") + " " + text_at(entry, "level") + " " +
                           text_at(entry, "process") + ": " + text_at(entry, "message");
  if (!terminal_.look().json) return terminal_.write(one_line(harmless(text)) + "\n");
  Json json = {{"line", text}};
  for (const char* member : {"time", "level", "process", "message"}) json[member] = text_at(entry, member);
  terminal_.write(schema_line("logs", json));
}

}  // namespace localscale::cli
