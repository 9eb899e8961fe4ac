#include <utility>

#include "base/log.hpp"
#include "gateway/engine_refusal.hpp"
#include "gateway/ollama.hpp"
#include "gateway/relay.hpp"
#include "gateway/trace.hpp"

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

net::Headers engine_json_headers(const net::Request& request) {
  net::Headers headers = engine_json_headers();
  pass_trace(request, headers);
  return headers;
}

AnswerTimes times_of(const Call& call, const engine::Lease& lease) {
  return {std::chrono::steady_clock::now() - call.started, lease.load_duration()};
}

Problem ollama_problem(std::string_view model, unsigned status, std::string_view engine_body) {
  if (auto refusal = known_refusal(model, status, engine_body)) return std::move(*refusal);
  return make_problem(status, "", engine_error_message(engine_body));
}

net::Task<void> ollama_engine_error(Call& call, engine::Lease& lease, unsigned status) {
  const auto body = co_await lease.upstream().read_all(error_body_max);
  Problem problem = ollama_problem(lease.model().name, status, body.value_or(""));
  co_await call.refuse(std::move(problem));
}

net::Task<void> ollama_engine_lost(Call& call, engine::Lease& lease, Error error) {
  const Error why = co_await lease.explain_failure(std::move(error));
  spdlog::warn("engine lost under request id={} model={}: {}", log_id(call.request), lease.model().name,
               why.message());
  Problem problem = engine_lost_problem(why);
  co_await call.refuse(std::move(problem));
}

}  // namespace localscale::gateway
