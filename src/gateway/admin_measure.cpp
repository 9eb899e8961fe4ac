#include "gateway/admin_measure.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gateway/load_options.hpp"
#include "gateway/measurement_json.hpp"
#include "gateway/measuring.hpp"
#include "gateway/relay.hpp"
#include "store/unix_clock.hpp"

namespace localscale::gateway {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t runs_wanted = 3;
/// A small run first, and the machine itself last.
constexpr std::uint32_t steps = runs_wanted + 2;
/// A machine that is this slow does not get all of its runs.
constexpr std::chrono::seconds patience{90};
/// The supervisor tells of power each two seconds: a shorter measurement is not in what it told.
constexpr std::chrono::seconds power_is_told_after{5};

Problem busy(std::string why) {
  return make_problem(409, "busy",
                      std::move(why) +
                          " Measuring beside it would slow both and find nothing true, so "
                          "nothing was kept. Try again when it is done.");
}

Problem writes_no_text(const std::string& model) {
  Problem problem =
      make_problem(400, "chat_not_supported",
                   "\"" + model +
                       "\" does not write text, so there is nothing to measure. Use a model whose "
                       "`localscale show` names completion.");
  problem.param = "model";
  return problem;
}

std::string measuring_line(std::uint32_t completed) {
  return dump({{"status", "measuring"}, {"total", steps}, {"completed", completed}});
}

engine::Loaded loaded_entry(const engine::Engines& engines, const std::string& name) {
  for (engine::Loaded& loaded : engines.loaded()) {
    if (loaded.model.name == name) return std::move(loaded);
  }
  return {};
}

/// A body that is not there asks for the default model.
Result<std::string> model_of(const Services& services, std::string_view body) {
  if (body.empty()) return services.options.default_model;
  const auto request = parse_object(body);
  if (!request) return tl::unexpected(request.error());
  auto name = text_of(*request, "model", services.options.default_model);
  if (name && name->empty()) return services.options.default_model;
  return name;
}

}  // namespace

void AdminMeasure::add_to(Routes& routes) {
  routes.add("POST", "/localscale/v1/measure", Need::session, [this](Call& call) { return measure(call); });
  routes.add("GET", "/localscale/v1/measurements", Need::session, [this](Call& call) { return list(call); });
}

bool AdminMeasure::others_are_served() const {
  const auto loaded = services_.engines.loaded();
  return services_.answers.size() > 0 || std::ranges::any_of(loaded, [](const engine::Loaded& entry) {
           return entry.in_use > 0 || entry.state == "loading";
         });
}

net::Task<void> AdminMeasure::measure(Call& call) {
  const auto name = model_of(services_, call.request.body);
  if (!name) co_return co_await call.refuse(name.error());
  const auto model = services_.catalog.find(*name);
  if (!model) co_return co_await call.refuse(catalog_problem(model.error(), *name));
  if (std::ranges::find(model->capabilities, engine::Capability::completion) == model->capabilities.end())
    co_return co_await call.refuse(writes_no_text(model->name));
  if (*measuring_) co_return co_await call.refuse(busy("This machine is being measured already."));
  if (others_are_served())
    co_return co_await call.refuse(busy("An answer is running, or a model is loading."));
  *measuring_ = true;
  const std::shared_ptr<void> measured(nullptr, [measuring = measuring_](void*) { *measuring = false; });
  LineStream lines(call);
  engine::LoadOptions options = load_options(services_, *name);
  options.progress = also_as_lines(std::move(options.progress), lines);
  const auto leased = co_await services_.engines.acquire(*name, std::move(options));
  if (!leased) co_return co_await call.refuse(lease_problem(leased.error(), *name));
  co_await run(call, lines, **leased);
}

net::Task<void> AdminMeasure::engine_failed(Call& call, engine::Lease& lease, Error error) {
  if (error.code == Errc::invalid_argument || error.code == Errc::internal)
    co_return co_await call.refuse(std::move(error));
  const Error why = co_await lease.explain_failure(std::move(error));
  co_await call.refuse(engine_lost_problem(why));
}

net::Task<void> AdminMeasure::run(Call& call, LineStream& lines, engine::Lease& lease) {
  const auto began = Clock::now();
  const std::uint64_t answers_before = services_.answers.begun() - services_.answers.size();
  const engine::Loaded loaded = loaded_entry(services_.engines, lease.model().name);
  SpeedRuns speed(lease, loaded.context_tokens);
  std::vector<Rates> runs;
  for (std::uint32_t done = 0; done <= runs_wanted; ++done) {
    co_await lines.send(measuring_line(done));
    if (done == 0) {
      const auto warm = co_await speed.warm_up();
      if (!warm) co_return co_await engine_failed(call, lease, warm.error());
    } else {
      const auto rates = co_await speed.run();
      if (!rates) co_return co_await engine_failed(call, lease, rates.error());
      runs.push_back(*rates);
    }
    if (services_.answers.begun() != answers_before)
      co_return co_await call.refuse(busy("Somebody was answered meanwhile."));
    if (!runs.empty() && Clock::now() - began > patience) break;
  }
  const Rates rates = median(runs);
  store::Measurement measurement;
  measurement.measured_unix_s = store::unix_now();
  measurement.model = lease.model().name;
  measurement.answer_tokens_per_second = rates.answer;
  measurement.prompt_tokens_per_second = rates.prompt;
  measurement.threads = loaded.threads;
  if (Clock::now() - began > power_is_told_after) measurement.watts = services_.status.state().watts;
  co_await lines.send(measuring_line(steps - 1));
  co_await services_.advisor.measure_machine(
      [this, answers_before] { return services_.answers.begun() == answers_before; });
  co_await keep(call, lines, std::move(measurement));
}

net::Task<void> AdminMeasure::keep(Call& call, LineStream& lines, store::Measurement measurement) {
  const auto id = services_.measurements.add(measurement);
  if (!id) co_return co_await call.refuse(id.error());
  measurement.id = *id;
  services_.events.publish("setup", "{}");
  co_await lines.end(dump({{"status", "success"}, {"measurement", measurement_json(measurement)}}));
}

net::Task<void> AdminMeasure::list(Call& call) {
  const auto all = services_.measurements.list();
  if (!all) co_return co_await call.refuse(all.error());
  Json list = Json::array();
  for (const store::Measurement& measurement : *all) list.push_back(measurement_json(measurement));
  co_await call.send_json(dump({{"schema", 1}, {"measurements", std::move(list)}}));
}

}  // namespace localscale::gateway
