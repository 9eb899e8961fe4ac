#include "house/state_word.hpp"

#include <fmt/format.h>

namespace localscale::house {
namespace {

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : separator) + part;
  return out;
}

std::string loading(const Facts& facts) {
  std::vector<std::string> names;
  for (const Facts::Engine& engine : facts.engines) {
    if (engine.state == "loading") names.push_back(engine.model);
  }
  return joined(names, ", ");
}

State idle_or_busy(const Facts& facts) {
  std::uint32_t answers = 0;
  std::vector<std::string> names;
  for (const Facts::Engine& engine : facts.engines) {
    answers += engine.in_use;
    if (engine.state == "ready") names.push_back(engine.model);
  }
  if (answers > 0)
    return {"Busy", fmt::format("{} answer{} running", answers, answers == 1 ? " is" : "s are")};
  if (!names.empty()) return {"Idle", fmt::format("ready; in memory: {}", joined(names, ", "))};
  if (facts.models == 0)
    return {"Idle", "ready, but there is no model yet; get one with: localscale pull llama3.2:1b"};
  return {"Idle",
          fmt::format("ready; {} model{}, loaded when asked", facts.models, facts.models == 1 ? "" : "s")};
}

}  // namespace

State judge(const Facts& facts) {
  if (facts.stopping) return {"Stopping", "running answers may finish; new ones are refused"};
  if (facts.starting) return {"Starting", "opening its doors"};
  if (facts.supervisor_lost) {
    return {"Error",
            "the supervisor is gone, so no model can be started; run: localscale down; localscale up"};
  }
  if (!facts.open_walls.empty()) {
    return {"Degraded",
            fmt::format("a wall is missing ({}); answers stay on this machine, but look at: localscale logs",
                        joined(facts.open_walls, "; "))};
  }
  if (facts.fetcher_lost)
    return {"Degraded", "the fetcher is not running, so models cannot be pulled; it is being restarted"};
  if (!facts.troubles.empty()) return {"Degraded", joined(facts.troubles, "; ")};
  if (const std::string names = loading(facts); !names.empty())
    return {"Loading", fmt::format("loading {}", names)};
  return idle_or_busy(facts);
}

}  // namespace localscale::house
