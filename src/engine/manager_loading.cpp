#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "engine/engine_errors.hpp"
#include "engine/engine_watch.hpp"
#include "engine/manager_impl.hpp"
#include "net/spawn.hpp"
#include "net/timer.hpp"

namespace localscale::engine {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds stop_grace{6'000};  ///< The supervisor forces after 5 s.
constexpr milliseconds first_load_wait{3'000};

}  // namespace

net::Task<void> EngineManager::Impl::start(StartEngine order) {
  const auto self = shared_from_this();
  const auto engine =
      std::make_shared<RunningEngine>(executor_, make_upstream_, order.engine, wanted_.at(order.key));
  engines_.emplace(order.engine, engine);
  bool crashed = false;
  const auto up = co_await bring_up(engine, order, crashed);
  Effects effects;
  if (up) {
    engine->load_time = Clock::now() - engine->started;
    load_ms_last_ =
        static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(engine->load_time).count());
    load_ms_total_ += load_ms_last_;
    spdlog::info("engine ready model={} engine={} load_ms={} threads={} context={} slots={} micro_batch={}",
                 engine->model.model.name, engine->id, load_ms_last_, engine->settings.threads,
                 engine->settings.context_tokens, engine->settings.slots,
                 engine->settings.micro_batch_tokens);
    table_.on_ready(table_now(), order.engine, engine->memory.mapped(), engine->memory.anonymous(), effects);
  } else {
    spdlog::warn("engine did not start model={} engine={} error=\"{}\"", engine->model.model.name, engine->id,
                 up.error().what);
    engine->close();
    engines_.erase(order.engine);
    table_.on_load_failed(table_now(), order.engine, up.error(), crashed, effects);
  }
  perform(std::move(effects));
  if (!up) co_return;
  // It may have ended between its last sign of health and now.
  if (engine->exit()) co_return on_exit(order.engine, *engine->exit());
  const std::chrono::seconds hang_limit(config_.hang_timeout_seconds);
  if (hang_limit.count() > 0) net::spawn(executor_, "engine watch", watch_engine(engine, hang_limit));
}

net::Task<Result<void>> EngineManager::Impl::bring_up(std::shared_ptr<RunningEngine> engine,
                                                      StartEngine order, bool& crashed) {
  const auto& entry = engine->model;
  co_await wait_for_first_load();
  const auto tuning = co_await tune(entry);
  const auto load = machine();
  const auto settings = settings_for(entry, config_, tuning);
  const auto range = context_for(entry, config_, order.context_tokens);
  auto fit = choose_context(entry.model.name, entry.facts, file_bytes(entry.model.projector), settings, range,
                            order.budget_bytes, load);
  if (!fit) co_return tl::unexpected(fit.error());
  engine->settings = fit->settings;
  engine->memory = fit->memory;
  if (fit->reduced) {
    spdlog::warn("engine gets a smaller context model={} tokens={} wished={}", entry.model.name,
                 fit->settings.context_tokens / fit->settings.slots, range.wished);
  }
  engine->started = Clock::now();
  ServerSpec spec{entry.model.path, entry.model.projector, fit->settings, entry.model.more_parts};
  auto on_exit = [weak = weak_from_this(), id = engine->id](const WorkerExit& exit) {
    if (const auto self = weak.lock()) self->on_exit(id, exit);
  };
  say(key_of(entry.model), "loading");
  auto worker = co_await launcher_.launch_server(std::move(spec), std::move(on_exit));
  if (!worker) {
    std::error_code ignored;
    const bool model_is_there = std::filesystem::exists(entry.model.path, ignored);
    co_return tl::unexpected(model_is_there ? launch_error(entry.model.name, worker.error())
                                            : worker.error());
  }
  engine->attach(std::move(*worker));
  co_return co_await wait_until_ready(engine, crashed);
}

net::Task<Result<void>> EngineManager::Impl::wait_until_ready(std::shared_ptr<RunningEngine> engine,
                                                              bool& crashed) const {
  auto ready = co_await engine->wait_until_ready(std::chrono::seconds(config_.load_timeout_seconds));
  if (ready) co_return ready;
  if (engine->exit()) {
    crashed = true;
    co_return tl::unexpected(load_error(engine->model.model.name, *engine->exit()));
  }
  engine->stop(true);
  co_await engine->wait_for_end(stop_grace);
  co_return fail(Errc::timeout,
                 "The model '" + engine->model.model.name + "' was not loaded within " +
                     std::to_string(config_.load_timeout_seconds) + " s; its engine was ended.",
                 "Raise [engine] load_timeout_seconds, or use a smaller model.");
}

/// Without a reading nobody knows how many threads are right.
net::Task<void> EngineManager::Impl::wait_for_first_load() {
  const auto until = Clock::now() + first_load_wait;
  while (!launcher_.load() && Clock::now() < until) co_await net::sleep_for(milliseconds{20});
}

net::Task<void> EngineManager::Impl::pass_on(std::shared_ptr<Impl> self, std::string key,
                                             std::string status) {
  self->say(key, status);
  co_return;
}

net::Task<Tuning> EngineManager::Impl::tune(const LibraryModel& entry) {
  const auto key = key_of(entry.model);
  const auto self = shared_from_this();
  ProgressSink progress = [self, key](const Progress& note) { return pass_on(self, key, note.status); };
  const auto quiet = [self, grants = grants_] {
    const auto engines = self->table_.engines();
    return self->grants_ == grants &&
           std::ranges::none_of(engines, [](const EngineView& view) { return view.in_use != 0; });
  };
  co_return co_await tuner_.tune(entry, machine(), quiet, std::move(progress));
}

void EngineManager::Impl::say(const std::string& key, const std::string& status) {
  for (auto& [id, waiter] : waiters_) {
    if (!waiter->engine && waiter->key == key) waiter->status = status;
  }
}

void EngineManager::Impl::on_exit(EngineId id, const WorkerExit& exit) {
  const auto found = engines_.find(id);
  if (found == engines_.end()) return;
  const auto engine = found->second;
  engine->ended(exit);
  const auto views = table_.engines();
  const auto view = std::ranges::find(views, id, &EngineView::id);
  // While it starts, its start coroutine notices and answers.
  if (view == views.end() || view->state == EngineState::starting) return;
  if (view->state == EngineState::ready && !engine->ends_with_home()) {
    spdlog::error("engine stopped model={} engine={} exit_code={} signal={} out_of_memory={}",
                  engine->model.model.name, id, exit.exit_code, exit.signal, exit.out_of_memory);
  }
  engine->close();
  engines_.erase(found);
  Effects effects;
  table_.on_exited(table_now(), id, stopped_error(engine->model.model.name, *engine->exit()),
                   !ended_by_others(*engine->exit()), effects);
  perform(std::move(effects));
}

void EngineManager::Impl::on_load(const MachineLoad& load) {
  Effects effects;
  const auto now = table_now();
  table_.on_memory(now, load.memory_available_bytes, effects);
  if (cores_.stayed(now, free_cores(load)) && config_.threads == 0)
    restart_where_threads_differ(load, effects);
  perform(std::move(effects));
}

void EngineManager::Impl::restart_where_threads_differ(const MachineLoad& load, Effects& effects) {
  for (const auto& view : table_.engines()) {
    const auto found = engines_.find(view.id);
    if (found == engines_.end() || view.state != EngineState::ready || found->second->restarting) continue;
    auto& engine = *found->second;
    const auto wanted = tuner_.known(engine.model, load).threads;
    if (wanted == engine.settings.threads) continue;
    engine.restarting = true;
    spdlog::info("engine restarts when idle: other programs' load changed model={} threads={} wanted={}",
                 engine.model.model.name, engine.settings.threads, wanted);
    table_.on_settings_changed(table_now(), view.id, effects);
  }
}

}  // namespace localscale::engine
