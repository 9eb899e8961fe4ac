#include <utility>

#include "base/log.hpp"
#include "gateway/ollama.hpp"
#include "gateway/relay.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t error_body_max = std::size_t{256} << 10;

}  // namespace

FindModel model_finder(Services& services) {
  return [&services](std::string_view name) -> Result<engine::Model> {
    auto model = services.catalog.find(name);
    if (!model) return fail(model.error().code, lease_problem(model.error(), name).message);
    return model;
  };
}

net::Headers engine_json_headers() {
  net::Headers headers;
  headers.set("Content-Type", "application/json");
  return headers;
}

AnswerTimes times_of(const Call& call, const engine::Lease& lease) {
  return {std::chrono::steady_clock::now() - call.started, lease.load_duration()};
}

Problem ollama_problem(unsigned status, std::string_view engine_body) {
  Problem problem;
  problem.status = status;
  problem.message = engine_error_message(engine_body);
  const auto says = [&](std::string_view text) { return engine_body.find(text) != std::string_view::npos; };
  if (status == 500 && (says("too large to process") || says(" input is not supported")))
    problem.status = 400;
  return problem;
}

net::Task<void> ollama_engine_error(Call& call, net::Upstream& upstream, unsigned status) {
  const auto body = co_await upstream.read_all(error_body_max);
  Problem problem = ollama_problem(status, body.value_or(""));
  co_await call.refuse(std::move(problem));
}

net::Task<void> ollama_engine_lost(Call& call, engine::Lease& lease, Error error) {
  const Error why = co_await lease.explain_failure(std::move(error));
  spdlog::warn("engine lost under request id={} model={}: {}", call.request.id, lease.model().name,
               why.message());
  Problem problem = engine_lost_problem(why);
  co_await call.refuse(std::move(problem));
}

}  // namespace localscale::gateway
