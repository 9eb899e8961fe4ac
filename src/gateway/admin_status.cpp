#include <utility>

#include "gateway/admin.hpp"
#include "gateway/status_text.hpp"
#include "gateway/stream_gauge.hpp"

namespace localscale::gateway {
namespace {

/// Empty if the default model can be asked. Loading it counts as ready: the question waits and is answered.
/// Names nothing of the home: everyone may ask this.
std::string why_not_ready(const HomeState& home, const Result<engine::Model>& model) {
  if (home.word == "Starting" || home.word == "Stopping" || home.word == "Error")
    return "not ready: " + home.word;
  if (!model) return "not ready: the default model is not here";
  return {};
}

/// From where on a client that was here before listens; empty: from now on.
std::string since_of(const net::Request& request) {
  const std::string_view last = request.headers.get("Last-Event-ID");
  return last.empty() ? request.query("since").value_or("") : std::string(last);
}

}  // namespace

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
  co_await call.send_json(status_text(services_));
}

/// What happens in the home and, each second, its state, until the client leaves or the home stops.
net::Task<void> Admin::events(Call& call) {
  const StreamGauge gauge(services_.metrics);
  net::Headers headers;
  headers.set("Content-Type", "text/event-stream");
  headers.set("Cache-Control", "no-store");
  const auto begun = co_await call.answer.begin(200, std::move(headers));
  if (!begun) co_return;
  Events::Listener listener{.person = call.signed_in() ? call.person : std::string()};
  const std::string first = services_.events.open(listener, since_of(call.request));
  auto written = co_await call.answer.write(first);
  while (written) {
    const auto text = co_await services_.events.next(listener);
    if (!text) break;
    written = co_await call.answer.write(*text);
  }
  if (!written) co_return;
  const auto ended = co_await call.answer.end();
  static_cast<void>(ended);
}

}  // namespace localscale::gateway
