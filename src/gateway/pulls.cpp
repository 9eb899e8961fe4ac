#include "gateway/pulls.hpp"

#include <utility>

#include "gateway/json.hpp"
#include "gateway/model_json.hpp"
#include "gateway/pull_stream.hpp"

namespace localscale::gateway {
namespace {

using Step = engine::PullState::Step;

std::string_view name_of(Step step) {
  switch (step) {
    case Step::running:
      return "running";
    case Step::paused:
      return "paused";
    case Step::failed:
      return "failed";
    case Step::done:
      return "success";
  }
  return "";
}

Json pull_json(const engine::PullState& pull) {
  return {{"name", pull.name},
          {"state", std::string(name_of(pull.step))},
          {"status", pull.progress.status},
          {"completed", pull.progress.completed_bytes},
          {"total", pull.progress.total_bytes},
          {"bytes_per_second", pull.progress.bytes_per_second},
          {"message", pull.message}};
}

Json event_of(const engine::PullState& pull) {
  if (pull.step != Step::running) {
    Json event = {{"name", pull.name}, {"status", std::string(name_of(pull.step))}};
    if (pull.step == Step::failed) event["message"] = pull.message;
    return event;
  }
  Json event = progress_json(pull.progress);
  event["name"] = pull.name;
  event["bytes_per_second"] = pull.progress.bytes_per_second;
  return event;
}

Result<std::string> name_in(const Result<Json>& request) {
  if (!request) return tl::unexpected(request.error());
  auto name = text_of(*request, "name");
  if (name && name->empty()) return fail(Errc::invalid_argument, "\"name\" is required.");
  return name;
}

}  // namespace

Pulls::Pulls(Services& services) : services_(services) {
  services_.puller.on_change([this](const engine::PullState& state) { tell(state); });
}

Pulls::~Pulls() {
  services_.puller.on_change({});
}

void Pulls::tell(const engine::PullState& state) {
  services_.events.publish("pull", dump(event_of(state)));
  if (state.step == Step::done || state.step == Step::failed)
    services_.metrics.pull_done(state.step == Step::done);
}

void Pulls::add_to(Routes& routes) {
  routes.add("POST", "/localscale/v1/pull", Need::manage, [this](Call& call) { return pull(call); });
  routes.add("GET", "/localscale/v1/pulls", Need::session, [this](Call& call) { return list(call); });
  routes.add("POST", "/localscale/v1/pulls/pause", Need::session, [this](Call& call) { return pause(call); });
}

net::Task<void> Pulls::pull(Call& call) {
  const auto request = parse_object(call.request.body);
  auto name = name_in(request);
  if (!name) co_return co_await call.refuse(name.error());
  const auto stream = flag_of(*request, "stream", true);
  if (!stream) co_return co_await call.refuse(stream.error());
  const auto detach = flag_of(*request, "detach", false);
  if (!detach) co_return co_await call.refuse(detach.error());
  if (*detach) co_return co_await start(call, std::move(*name));
  PullStream pull(services_, call, std::move(*name), *stream);
  co_await pull.run();
}

net::Task<void> Pulls::start(Call& call, std::string name) {
  const auto started = services_.puller.start(name);
  if (!started) co_return co_await call.refuse(started.error());
  net::Response response;
  response.status = 202;
  response.headers.set("Content-Type", "application/json");
  response.body = dump({{"schema", 1}, {"started", true}, {"name", *started}});
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Pulls::list(Call& call) {
  Json list = Json::array();
  for (const engine::PullState& pull : services_.puller.pulls()) list.push_back(pull_json(pull));
  co_await call.send_json(dump({{"schema", 1}, {"pulls", std::move(list)}}));
}

net::Task<void> Pulls::pause(Call& call) {
  const auto name = name_in(parse_object(call.request.body));
  if (!name) co_return co_await call.refuse(name.error());
  const auto paused = services_.puller.pause(*name);
  if (!paused && paused.error().code == Errc::not_found)
    co_return co_await call.refuse(make_problem(404, "pull_not_found", paused.error().message()));
  if (!paused) co_return co_await call.refuse(paused.error());
  co_await call.send_json(R"({"schema":1,"paused":true})");
}

}  // namespace localscale::gateway
