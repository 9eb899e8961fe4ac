#include "gateway/status_text.hpp"

#include <algorithm>

#include "gateway/json.hpp"
#include "gateway/timestamp.hpp"
#include "store/unix_clock.hpp"

namespace localscale::gateway {
namespace {

Json walls_json(const HomeState& home) {
  Json list = Json::array();
  for (const Wall& wall : home.walls) {
    list.push_back({{"name", wall.name}, {"stands", wall.stands}, {"detail", wall.detail}});
  }
  return list;
}

Json doors_json(const HomeState& home) {
  Json list = Json::array();
  for (const DoorState& door : home.doors) {
    list.push_back(
        {{"name", door.name}, {"open", !door.url.empty()}, {"url", door.url}, {"note", door.note}});
  }
  return list;
}

Json loaded_list(const engine::Engines& engines) {
  Json list = Json::array();
  for (const engine::Loaded& loaded : engines.loaded()) {
    list.push_back(
        {{"name", loaded.model.name},
         {"state", loaded.state},
         {"memory_bytes", loaded.memory_bytes},
         {"in_use", loaded.in_use},
         {"expires_at", loaded.expires_unix_s == 0 ? Json(nullptr) : Json(rfc3339(loaded.expires_unix_s))}});
  }
  return list;
}

Json served_list(const RunningAnswers& answers) {
  Json list = Json::array();
  for (const Served& served : answers.list(RunningAnswers::Clock::now())) {
    list.push_back({{"who", served.who},
                    {"kind", served.kind},
                    {"model", served.model},
                    {"api", served.api},
                    {"since_unix", served.since_unix_s},
                    {"answer_tokens", served.answer_tokens},
                    {"tokens_per_second", served.tokens_per_second}});
  }
  return list;
}

Json speed_json(const RunningAnswers& answers) {
  const Speed speed = answers.speed(RunningAnswers::Clock::now());
  return {{"answer_tokens_per_second", speed.answer_tokens_per_second},
          {"prompt_tokens_per_second", speed.prompt_tokens_per_second}};
}

Json power_json(const HomeState& home) {
  return {{"watts", home.watts ? Json(*home.watts) : Json(nullptr)},
          {"source", home.watts ? "rapl" : "none"},
          {"note", home.power_note}};
}

}  // namespace

std::string status_text(const Services& services) {
  const HomeState home = services.status.state();
  return dump({{"schema", 1},
               {"state", home.word},
               {"reason", home.reason},
               {"version", services.options.version},
               {"started_at", rfc3339(home.started_unix_s)},
               {"uptime_seconds", std::max<std::int64_t>(0, store::unix_now() - home.started_unix_s)},
               {"default_model", services.options.default_model},
               {"models", services.catalog.list().size()},
               {"loaded", loaded_list(services.engines)},
               {"load_1min", home.load_1min},
               {"memory_available_bytes", home.memory_available_bytes},
               {"memory_total_bytes", home.memory_total_bytes},
               {"walls", walls_json(home)},
               {"doors", doors_json(home)},
               {"home_name", services.setup.get().home_name},
               {"serving", served_list(services.answers)},
               {"speed", speed_json(services.answers)},
               {"power", power_json(home)}});
}

}  // namespace localscale::gateway
