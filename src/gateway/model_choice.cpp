#include "gateway/model_choice.hpp"

#include <cmath>

#include "gateway/json.hpp"
#include "gateway/model_json.hpp"

namespace localscale::gateway {
namespace {

std::string_view name_of(engine::Verdict verdict) {
  switch (verdict) {
    case engine::Verdict::fits:
      return "fits";
    case engine::Verdict::tight:
      return "tight";
    case engine::Verdict::too_big:
      return "too_big";
    case engine::Verdict::unknown:
      return "unknown";
  }
  return "";
}

std::string_view name_of(engine::Basis basis) {
  switch (basis) {
    case engine::Basis::none:
      return "none";
    case engine::Basis::estimated:
      return "estimated";
    case engine::Basis::measured:
      return "measured";
  }
  return "";
}

/// Two digits say all that a prediction can.
Json speed_json(double rate) {
  if (!(rate > 0) || !std::isfinite(rate)) return nullptr;
  const double unit = std::pow(10, std::floor(std::log10(rate)) - 1);
  const double rounded = std::round(rate / unit) * unit;
  return std::round(rounded * 100) / 100;
}

Json fit_json(const engine::FitReport& fit) {
  Json out = {{"name", fit.name}};
  if (!fit.about.empty()) out["about"] = fit.about;
  out["bytes"] = fit.bytes;
  out["installed"] = fit.installed;
  out["verdict"] = std::string(name_of(fit.judgement.verdict));
  out["reason"] = fit.judgement.reason;
  out["memory_needed_bytes"] = fit.judgement.memory_needed_bytes;
  out["memory_budget_bytes"] = fit.judgement.memory_budget_bytes;
  out["disk_free_bytes"] = fit.disk_free_bytes;
  out["context_tokens"] = fit.judgement.context_tokens;
  out["answer_tokens_per_second"] = speed_json(fit.speed.answer);
  out["prompt_tokens_per_second"] = speed_json(fit.speed.prompt);
  out["basis"] = std::string(name_of(fit.speed.basis));
  out["capabilities"] = capabilities_json(fit.capabilities);
  return out;
}

Problem fit_problem(const Error& error) {
  Problem problem = problem_of(error);
  if (error.code == Errc::not_found) problem.code = "model_not_found";
  return problem;
}

}  // namespace

void ModelChoice::add_to(Routes& routes) {
  routes.add("GET", "/localscale/v1/fit", Need::session, [this](Call& call) { return fit(call); });
  routes.add("GET", "/localscale/v1/suggestions", Need::session,
             [this](Call& call) { return suggestions(call); });
}

net::Task<void> ModelChoice::fit(Call& call) {
  const auto name = call.request.query("name");
  if (!name || name->empty()) {
    co_return co_await call.refuse(
        make_problem(400, "invalid_argument", "Name the model: fit?name=llama3.2:1b"));
  }
  const auto report = co_await services_.advisor.fit(*name);
  if (!report) co_return co_await call.refuse(fit_problem(report.error()));
  co_await call.send_json(dump({{"schema", 1}, {"fit", fit_json(*report)}}));
}

net::Task<void> ModelChoice::suggestions(Call& call) {
  Json list = Json::array();
  for (const engine::FitReport& report : services_.advisor.suggestions()) list.push_back(fit_json(report));
  co_await call.send_json(dump({{"schema", 1}, {"suggestions", std::move(list)}}));
}

}  // namespace localscale::gateway
