#include "engine/manager.hpp"

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "engine/core_watch.hpp"
#include "engine/engine_errors.hpp"
#include "engine/engine_lease.hpp"
#include "engine/engine_table.hpp"
#include "net/spawn.hpp"
#include "net/timer.hpp"

namespace localscale::engine {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr milliseconds progress_interval{250};
constexpr milliseconds stop_grace{6'000};  ///< The supervisor forces after 5 s.
constexpr milliseconds unload_wait{10'000};
constexpr milliseconds wish_lifetime{50};
constexpr std::size_t max_wishes = 64;
constexpr milliseconds first_load_wait{3'000};

TableTime table_now() {
  return std::chrono::duration_cast<TableTime>(Clock::now().time_since_epoch());
}

std::string key_of(const Model& model) {
  return model.path.string() + "|" + model.projector.string();
}

std::uint64_t file_bytes(const std::filesystem::path& path) {
  std::error_code failed;
  const auto bytes = path.empty() ? 0 : std::filesystem::file_size(path, failed);
  return failed ? 0 : bytes;
}

TableLimits limits_of(const config::Engine& config) {
  return {.max_loaded = std::max<std::uint32_t>(1, config.max_loaded),
          .keep_alive = std::chrono::seconds(config.keep_alive_seconds),
          .memory_reserve_bytes = config.memory_reserve_bytes};
}

/// What a name that was asked for means to the table.
struct Wish {
  std::string key;
  MemoryNeed need;
  Clock::time_point until;  ///< The library is asked again after it.
};

/// A request that waits for its engine.
struct Waiter {
  Waiter(const asio::any_io_executor& executor, std::string model_key)
      : wake(executor), key(std::move(model_key)) {}

  asio::steady_timer wake;
  std::string key;
  std::shared_ptr<RunningEngine> engine;  ///< Once granted.
  std::optional<RefuseRequest> refusal;   ///< Once refused.
  std::string status = "loading";
};

}  // namespace

/// Shared with the coroutines it starts and with the leases, so that nothing outlives what it uses.
class EngineManager::Impl final : public std::enable_shared_from_this<EngineManager::Impl> {
 public:
  Impl(asio::any_io_executor executor, const config::Engine& config, Library& library,
       WorkerLauncher& launcher, Tuner& tuner, UpstreamFactory make_upstream)
      : executor_(std::move(executor)),
        config_(config),
        library_(library),
        launcher_(launcher),
        tuner_(tuner),
        make_upstream_(std::move(make_upstream)),
        table_(limits_of(config)),
        timer_(executor_) {}

  void watch_load() {
    launcher_.on_load([weak = weak_from_this()](const MachineLoad& load) {
      if (const auto self = weak.lock()) self->on_load(load);
    });
  }

  net::Task<Result<std::unique_ptr<Lease>>> acquire(std::string model, LoadOptions options);
  [[nodiscard]] std::vector<Loaded> loaded() const;
  net::Task<Result<void>> unload(std::string model);
  net::Task<void> stop(milliseconds limit);
  [[nodiscard]] EngineMetrics metrics() const;
  void assume_settled(milliseconds after) { cores_.settle_time = after; }
  void detach() {
    launcher_.on_load({});
    timer_.cancel();
    for (auto& [id, engine] : engines_) engine->close();
  }

 private:
  [[nodiscard]] MachineLoad machine() const { return launcher_.load().value_or(MachineLoad{}); }
  void on_load(const MachineLoad& load);
  void restart_where_threads_differ(const MachineLoad& load, Effects& effects);
  void release(RequestId request);
  Result<Wish> wish_for(const std::string& model);
  void remember(const std::string& key, const LibraryModel& entry);
  void perform(Effects effects);
  void arm_timer();
  net::Task<Result<std::shared_ptr<RunningEngine>>> wait(RequestId request, std::shared_ptr<Waiter> waiter,
                                                         LibraryModel entry, ProgressSink progress);
  net::Task<void> start(StartEngine order);
  net::Task<Result<void>> bring_up(std::shared_ptr<RunningEngine> engine, std::uint64_t budget,
                                   bool& crashed);
  net::Task<Result<void>> wait_until_ready(std::shared_ptr<RunningEngine> engine, bool& crashed);
  net::Task<void> wait_for_first_load();
  net::Task<Tuning> tune(const LibraryModel& entry);
  void say(const std::string& key, std::string status);
  void on_exit(EngineId id, const WorkerExit& exit);
  [[nodiscard]] Error refusal_text(const LibraryModel& entry, const RefuseRequest& refusal) const;

  asio::any_io_executor executor_;
  config::Engine config_;
  Library& library_;
  WorkerLauncher& launcher_;
  Tuner& tuner_;
  UpstreamFactory make_upstream_;
  EngineTable table_;
  CoreWatch cores_;
  asio::steady_timer timer_;
  std::map<std::string, Wish> wishes_;          ///< By the name that was asked for.
  std::map<std::string, LibraryModel> wanted_;  ///< By key: what to start when the table says so.
  std::map<EngineId, std::shared_ptr<RunningEngine>> engines_;
  std::map<RequestId, std::shared_ptr<Waiter>> waiters_;
  RequestId next_request_ = 1;
  std::uint64_t load_ms_total_ = 0;
  std::uint64_t load_ms_last_ = 0;
};

// ---- requests
// ---------------------------------------------------------------------------------------------------

net::Task<Result<std::unique_ptr<Lease>>> EngineManager::Impl::acquire(std::string model,
                                                                       LoadOptions options) {
  const auto self = shared_from_this();
  const auto wish = wish_for(model);
  if (!wish) co_return tl::unexpected(wish.error());
  const auto request = next_request_++;
  const auto waiter = std::make_shared<Waiter>(executor_, wish->key);
  waiters_.emplace(request, waiter);
  // From here on the request is the table's; this gives it back however the coroutine ends.
  auto release = std::shared_ptr<void>(nullptr, [self, request](void*) { self->release(request); });
  Effects effects;
  const auto keep_alive =
      options.keep_alive ? std::optional(milliseconds(*options.keep_alive)) : std::nullopt;
  table_.on_acquire(table_now(), request, wish->key, wish->need, keep_alive, effects);
  perform(std::move(effects));

  std::chrono::nanoseconds load_time{0};
  if (waiter->engine) {  // The usual case: it is loaded.
    waiters_.erase(request);
  } else {
    const bool waited = !waiter->refusal;
    const auto began = Clock::now();
    const auto engine = co_await wait(request, waiter, wanted_.at(wish->key), std::move(options.progress));
    if (!engine) co_return tl::unexpected(engine.error());
    if (waited) load_time = Clock::now() - began;
  }
  std::unique_ptr<Lease> lease = std::make_unique<EngineLease>(
      waiter->engine, load_time, [release = std::move(release)]() mutable { release.reset(); });
  co_return lease;
}

/// What a request for `model` asks of the table. Kept for a moment: under load every request comes by here.
Result<Wish> EngineManager::Impl::wish_for(const std::string& model) {
  const auto now = Clock::now();
  if (const auto recent = wishes_.find(model); recent != wishes_.end() && now < recent->second.until)
    return recent->second;
  const auto entry = library_.entry(model);
  if (!entry) return tl::unexpected(entry.error());
  if (entry->model.capabilities.empty()) {
    return fail(Errc::unsupported, "'" + entry->model.name + "' is no model that answers.",
                "Pick another from `localscale ls`.");
  }
  Wish wish{key_of(entry->model), {}, now + wish_lifetime};
  remember(wish.key, *entry);
  wish.need =
      memory_need(*entry, config_, tuner_.known(*entry, machine()), file_bytes(entry->model.projector));
  if (wishes_.size() >= max_wishes) wishes_.clear();
  wishes_.insert_or_assign(model, wish);
  return wish;
}

/// What to start for `key`. Copied only when the file has changed: every request comes by here.
void EngineManager::Impl::remember(const std::string& key, const LibraryModel& entry) {
  const auto [known, is_new] = wanted_.try_emplace(key, entry);
  const Model& before = known->second.model;
  const bool same = before.name == entry.model.name && before.digest == entry.model.digest &&
                    before.bytes == entry.model.bytes &&
                    before.modified_unix_s == entry.model.modified_unix_s;
  if (!is_new && !same) known->second = entry;
}

net::Task<Result<std::shared_ptr<RunningEngine>>> EngineManager::Impl::wait(RequestId request,
                                                                            std::shared_ptr<Waiter> waiter,
                                                                            LibraryModel entry,
                                                                            ProgressSink progress) {
  while (!waiter->engine && !waiter->refusal) {
    waiter->wake.expires_after(progress_interval);
    co_await waiter->wake.async_wait(as_tuple);
    if (!progress || waiter->engine || waiter->refusal) continue;
    const Progress note{waiter->status, entry.model.digest, entry.model.bytes, 0, 0};
    co_await progress(note);
  }
  waiters_.erase(request);
  if (waiter->refusal) co_return tl::unexpected(refusal_text(entry, *waiter->refusal));
  co_return waiter->engine;
}

Error EngineManager::Impl::refusal_text(const LibraryModel& entry, const RefuseRequest& refusal) const {
  if (refusal.why != Refusal::too_large) return refusal_error(entry.model.name, refusal);
  const auto load = machine();
  const auto range = context_range(entry.facts, {config_.context_tokens, config_.slots});
  const auto settings = with_context(settings_for(entry, config_, tuner_.known(entry, load)), range.minimum);
  const auto memory = estimate_memory(entry.facts, file_bytes(entry.model.projector), settings);
  return too_large_error(entry.model.name, memory, settings, table_.budget_bytes(), load);
}

void EngineManager::Impl::release(RequestId request) {
  waiters_.erase(request);
  Effects effects;
  table_.on_release(table_now(), request, effects);
  perform(std::move(effects));
}

void EngineManager::Impl::perform(Effects effects) {
  for (auto& grant : effects.grants) {
    const auto waiter = waiters_.find(grant.request);
    if (waiter == waiters_.end()) continue;
    waiter->second->engine = engines_.at(grant.engine);
    waiter->second->wake.cancel();
  }
  for (auto& refusal : effects.refusals) {
    const auto waiter = waiters_.find(refusal.request);
    if (waiter == waiters_.end()) continue;
    waiter->second->refusal = std::move(refusal);
    waiter->second->wake.cancel();
  }
  for (const auto& stop : effects.stops) {
    spdlog::info("engine unloading engine={}", stop.engine);
    engines_.at(stop.engine)->stop(false);
  }
  for (auto& order : effects.starts) net::spawn(executor_, "engine start", start(std::move(order)));
  arm_timer();
}

void EngineManager::Impl::arm_timer() {
  const auto next = table_.next_timer();
  timer_.cancel();
  if (!next) return;
  timer_.expires_at(Clock::time_point(*next));
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    Effects effects;
    self->table_.on_timer(table_now(), effects);
    self->perform(std::move(effects));
  });
}

// ---- engines
// ----------------------------------------------------------------------------------------------------

net::Task<void> EngineManager::Impl::start(StartEngine order) {
  const auto self = shared_from_this();
  const auto engine =
      std::make_shared<RunningEngine>(executor_, make_upstream_, order.engine, wanted_.at(order.key));
  engines_.emplace(order.engine, engine);
  bool crashed = false;
  const auto up = co_await bring_up(engine, order.budget_bytes, crashed);
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
  // It may have ended between its last sign of health and now.
  if (up && engine->exit()) on_exit(order.engine, *engine->exit());
}

net::Task<Result<void>> EngineManager::Impl::bring_up(std::shared_ptr<RunningEngine> engine,
                                                      std::uint64_t budget, bool& crashed) {
  const auto& entry = engine->model;
  co_await wait_for_first_load();
  const auto tuning = co_await tune(entry);
  const auto load = machine();
  const auto settings = settings_for(entry, config_, tuning);
  const auto range = context_range(entry.facts, {settings.context_tokens / settings.slots, settings.slots});
  auto fit = choose_context(entry.model.name, entry.facts, file_bytes(entry.model.projector), settings, range,
                            budget, load);
  if (!fit) co_return tl::unexpected(fit.error());
  engine->settings = fit->settings;
  engine->memory = fit->memory;
  if (fit->reduced) {
    spdlog::warn("engine gets a smaller context model={} tokens={} wished={}", entry.model.name,
                 fit->settings.context_tokens / fit->settings.slots, range.wished);
  }
  engine->started = Clock::now();
  ServerSpec spec{entry.model.path, entry.model.projector, fit->settings};
  auto on_exit = [weak = weak_from_this(), id = engine->id](const WorkerExit& exit) {
    if (const auto self = weak.lock()) self->on_exit(id, exit);
  };
  say(key_of(entry.model), "loading");
  auto worker = co_await launcher_.launch_server(std::move(spec), std::move(on_exit));
  if (!worker) co_return tl::unexpected(worker.error());
  engine->attach(std::move(*worker));
  co_return co_await wait_until_ready(engine, crashed);
}

net::Task<Result<void>> EngineManager::Impl::wait_until_ready(std::shared_ptr<RunningEngine> engine,
                                                              bool& crashed) {
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

net::Task<Tuning> EngineManager::Impl::tune(const LibraryModel& entry) {
  const auto key = key_of(entry.model);
  const auto self = shared_from_this();
  ProgressSink progress = [self, key](const Progress& note) -> net::Task<void> {
    self->say(key, note.status);
    co_return;
  };
  const auto engines = table_.engines();
  const bool quiet = std::ranges::none_of(engines, [](const EngineView& view) { return view.in_use != 0; });
  co_return co_await tuner_.tune(entry, machine(), quiet, std::move(progress));
}

void EngineManager::Impl::say(const std::string& key, std::string status) {
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
  if (view->state == EngineState::ready) {
    spdlog::error("engine stopped model={} engine={} exit_code={} signal={} out_of_memory={}",
                  engine->model.model.name, id, exit.exit_code, exit.signal, exit.out_of_memory);
  }
  engine->close();
  engines_.erase(found);
  Effects effects;
  table_.on_exited(table_now(), id, stopped_error(engine->model.model.name, exit), effects);
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

// ---- views
// ------------------------------------------------------------------------------------------------------

std::vector<Loaded> EngineManager::Impl::loaded() const {
  std::vector<Loaded> out;
  for (const auto& view : table_.engines()) {
    Loaded entry;
    const auto running = engines_.find(view.id);
    entry.model = running != engines_.end() ? running->second->model.model : wanted_.at(view.key).model;
    if (running != engines_.end()) {
      entry.memory_bytes = running->second->memory.total();
      entry.threads = running->second->settings.threads;
      entry.context_tokens = running->second->settings.context_tokens /
                             std::max<std::uint32_t>(1, running->second->settings.slots);
    }
    if (view.expires) {
      const auto left = std::chrono::duration_cast<std::chrono::seconds>(*view.expires - table_now());
      entry.expires_unix_s = static_cast<std::int64_t>(std::time(nullptr)) + left.count();
    }
    entry.in_use = view.in_use;
    entry.state = view.state == EngineState::ready      ? "ready"
                  : view.state == EngineState::stopping ? "stopping"
                                                        : "loading";
    out.push_back(std::move(entry));
  }
  return out;
}

net::Task<Result<void>> EngineManager::Impl::unload(std::string model) {
  const auto self = shared_from_this();
  const auto entry = library_.entry(model);
  if (!entry) co_return tl::unexpected(entry.error());
  const auto key = key_of(entry->model);
  Effects effects;
  const bool known = table_.on_unload(table_now(), key, effects);
  const bool idle = !effects.stops.empty();
  perform(std::move(effects));
  if (!known) {
    co_return fail(Errc::not_found, "The model '" + entry->model.name + "' is not loaded.",
                   "See `localscale ps`.");
  }
  // One in use ends by itself later; an idle one is gone in a moment.
  for (const auto& [id, engine] : engines_) {
    if (!idle || key_of(engine->model.model) != key) continue;
    const auto ending = engine;
    co_await ending->wait_for_end(unload_wait);
    break;
  }
  co_return Result<void>{};
}

net::Task<void> EngineManager::Impl::stop(milliseconds limit) {
  const auto self = shared_from_this();
  Effects effects;
  table_.on_shutdown(table_now(), effects);
  perform(std::move(effects));
  const auto until = Clock::now() + limit;
  while (!engines_.empty() && Clock::now() < until) {
    const auto engine = engines_.begin()->second;
    co_await engine->wait_for_end(std::min<milliseconds>(limit, milliseconds{100}));
  }
  for (auto& [id, engine] : engines_) engine->stop(true);
}

EngineMetrics EngineManager::Impl::metrics() const {
  const auto& counted = table_.counters();
  return {counted.loads,    counted.evictions,     counted.expiries, counted.crashes,
          counted.refusals, tuner_.measurements(), load_ms_total_,   load_ms_last_};
}

// ---- the public face
// --------------------------------------------------------------------------------------------

EngineManager::EngineManager(asio::any_io_executor executor, const config::Engine& config, Library& library,
                             WorkerLauncher& launcher, Tuner& tuner, UpstreamFactory make_upstream)
    : impl_(std::make_shared<Impl>(std::move(executor), config, library, launcher, tuner,
                                   std::move(make_upstream))) {
  impl_->watch_load();
}

EngineManager::~EngineManager() {
  impl_->detach();
}

net::Task<Result<std::unique_ptr<Lease>>> EngineManager::acquire(std::string_view model,
                                                                 LoadOptions options) {
  return impl_->acquire(std::string(model), std::move(options));
}

std::vector<Loaded> EngineManager::loaded() const {
  return impl_->loaded();
}

net::Task<Result<void>> EngineManager::unload(std::string_view model) {
  return impl_->unload(std::string(model));
}

net::Task<void> EngineManager::stop(milliseconds limit) {
  return impl_->stop(limit);
}

EngineMetrics EngineManager::metrics() const {
  return impl_->metrics();
}

void EngineManager::assume_settled(milliseconds after) {
  impl_->assume_settled(after);
}

}  // namespace localscale::engine
