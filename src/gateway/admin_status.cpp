#include <chrono>
#include <utility>

#include "gateway/admin.hpp"
#include "gateway/model_json.hpp"
#include "gateway/stream_gauge.hpp"
#include "gateway/timestamp.hpp"

namespace localscale::gateway {
namespace {

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

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

/// Empty if the default model can be asked. Loading it counts as ready: the question waits and is answered.
/// Names nothing of the home: everyone may ask this.
std::string why_not_ready(const HomeState& home, const Result<engine::Model>& model) {
  if (home.word == "Starting" || home.word == "Stopping" || home.word == "Error")
    return "not ready: " + home.word;
  if (!model) return "not ready: the default model is not here";
  return {};
}

std::string event_text(std::string_view kind, std::string_view json) {
  std::string text = "event: ";
  text += kind;
  text += "\ndata: ";
  text += json;
  text += "\n\n";
  return text;
}

}  // namespace

std::string Admin::status_text() const {
  const HomeState home = services_.status.state();
  return dump({{"schema", 1},
               {"state", home.word},
               {"reason", home.reason},
               {"version", services_.options.version},
               {"started_at", rfc3339(home.started_unix_s)},
               {"uptime_seconds", std::max<std::int64_t>(0, unix_now() - home.started_unix_s)},
               {"default_model", services_.options.default_model},
               {"models", services_.catalog.list().size()},
               {"loaded", loaded_list(services_.engines)},
               {"load_1min", home.load_1min},
               {"memory_available_bytes", home.memory_available_bytes},
               {"memory_total_bytes", home.memory_total_bytes},
               {"walls", walls_json(home)},
               {"doors", doors_json(home)}});
}

void Admin::add_to(Routes& routes) {
  routes.add("GET", "/healthz", Need::anyone, [this](Call& call) { return healthz(call); });
  routes.add("GET", "/readyz", Need::anyone, [this](Call& call) { return readyz(call); });
  routes.add("GET", "/metrics", Need::observe, [this](Call& call) { return metrics(call); });
  routes.add("GET", "/localscale/v1/status", Need::observe, [this](Call& call) { return status(call); });
  routes.add("GET", "/localscale/v1/events", Need::observe, [this](Call& call) { return events(call); });
  add_model_routes(routes);
  add_key_routes(routes);
}

net::Task<void> Admin::healthz(Call& call) {
  net::Response response;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  response.body = "ok\n";
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Admin::readyz(Call& call) {
  const std::string missing =
      why_not_ready(services_.status.state(), services_.catalog.find(services_.options.default_model));
  net::Response response;
  response.status = missing.empty() ? 200 : 503;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  if (!missing.empty()) response.headers.set("Retry-After", "1");
  response.body = missing.empty() ? "ready\n" : missing + "\n";
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Admin::metrics(Call& call) {
  std::uint64_t bytes = 0;
  const auto loaded = services_.engines.loaded();
  for (const engine::Loaded& entry : loaded) bytes += entry.memory_bytes + entry.gpu_memory_bytes;
  services_.metrics.set_engines(services_.engines.metrics(), loaded.size(), bytes);
  net::Response response;
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = services_.metrics.text();
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Admin::status(Call& call) {
  co_await call.send_json(status_text());
}

/// One `state` event a second, with what happened since as `load` and `pull` events, until the client leaves
/// or the home stops.
net::Task<void> Admin::events(Call& call) {
  const StreamGauge gauge(services_.metrics);
  net::Headers headers;
  headers.set("Content-Type", "text/event-stream");
  headers.set("Cache-Control", "no-store");
  const auto begun = co_await call.answer.begin(200, std::move(headers));
  if (!begun) co_return;
  std::uint64_t seen = services_.events.last();
  while (!services_.events.closed()) {
    std::string text;
    for (const Events::Event& event : services_.events.after(seen))
      text += event_text(event.kind, event.json);
    seen = services_.events.last();
    text += event_text("state", status_text());
    const auto written = co_await call.answer.write(text);
    if (!written) co_return;
    co_await services_.events.wait(std::chrono::seconds(1));
  }
  const auto ended = co_await call.answer.end();
  static_cast<void>(ended);
}

}  // namespace localscale::gateway
