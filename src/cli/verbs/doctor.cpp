#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/doctor/gather.hpp"
#include "cli/doctor/judge.hpp"
#include "cli/verb.hpp"

namespace localscale::cli {
namespace {

using doctor::Finding;
using doctor::Level;

std::string mark(const Terminal& terminal, Level level) {
  const std::string word = fmt::format("{:<8}", doctor::name(level));
  return level == Level::ok ? terminal.dim(word) : terminal.bold(word);
}

void show(const Context& context, const std::vector<Finding>& findings) {
  const Terminal& terminal = context.terminal;
  for (const Finding& finding : findings) {
    terminal.say(
        fmt::format("{} {:<12} {}", mark(terminal, finding.level), finding.check, one_line(finding.what)));
    if (finding.level != Level::ok) terminal.say(fmt::format("{:21} -> {}", "", one_line(finding.next)));
  }
}

std::size_t count(const std::vector<Finding>& findings, Level level) {
  return static_cast<std::size_t>(std::ranges::count(findings, level, &Finding::level));
}

int examine(const Context& context) {
  context.terminal.progress("looking at this home and its machine");
  const auto findings = doctor::judge(doctor::gather(context));
  context.terminal.progress_done();
  const auto failures = count(findings, Level::failure);
  const auto warnings = count(findings, Level::warning);
  if (context.terminal.look().json) {
    Json list = Json::array();
    for (const Finding& finding : findings) {
      list.push_back({{"check", finding.check},
                      {"level", std::string(doctor::name(finding.level))},
                      {"what", finding.what},
                      {"next", finding.next}});
    }
    context.terminal.write(
        schema_line("doctor", {{"findings", list}, {"failures", failures}, {"warnings", warnings}}));
  } else {
    show(context, findings);
    context.terminal.say(fmt::format("{} looked at: {} failure{}, {} warning{}.", findings.size(), failures,
                                     failures == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s"));
  }
  return static_cast<int>(failures == 0 ? Exit::ok : Exit::check_failed);
}

}  // namespace

Verb doctor_verb() {
  return {.name = "doctor",
          .summary = "Look for what is wrong with this home and its machine, and say what to do",
          .example = "localscale doctor",
          .options = {},
          .run = examine,
          .verbs = {},
          .storage = {}};
}

}  // namespace localscale::cli
