#include "engine/manager.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "core/models/model_name.hpp"
#include "engine/engine_errors.hpp"
#include "engine/manager_impl.hpp"
#include "net/spawn.hpp"

namespace localscale::engine {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds progress_interval{250};
constexpr milliseconds unload_wait{10'000};
constexpr milliseconds wish_lifetime{50};
constexpr std::size_t max_wishes = 64;

TableLimits limits_of(const config::Engine& config) {
  return {.max_loaded = std::max<std::uint32_t>(1, config.max_loaded),
          .keep_alive = std::chrono::seconds(config.keep_alive_seconds),
          .memory_reserve_bytes = config.memory_reserve_bytes};
}

}  // namespace

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

EngineManager::Impl::Impl(asio::any_io_executor executor, const config::Engine& config, Library& library,
                          WorkerLauncher& launcher, Tuner& tuner, UpstreamFactory make_upstream)
    : executor_(std::move(executor)),
      config_(config),
      library_(library),
      launcher_(launcher),
      tuner_(tuner),
      make_upstream_(std::move(make_upstream)),
      table_(limits_of(config)),
      timer_(executor_) {}

void EngineManager::Impl::watch_load() {
  launcher_.on_load([weak = weak_from_this()](const MachineLoad& load) {
    if (const auto self = weak.lock()) self->on_load(load);
  });
}

void EngineManager::Impl::detach() {
  launcher_.on_load({});
  timer_.cancel();
  for (auto& [id, engine] : engines_) engine->close();
}

// ---- requests
// ---------------------------------------------------------------------------------------------------

net::Task<Result<std::unique_ptr<Lease>>> EngineManager::Impl::acquire(std::string model, LoadOptions options,
                                                                       bool renewable) {
  const auto wish = wish_for(model, options.context_tokens);
  if (!wish) co_return tl::unexpected(wish.error());
  HeldRequest request(shared_from_this(), next_request_++);
  Effects effects;
  const auto keep_alive =
      options.keep_alive ? std::optional(milliseconds(*options.keep_alive)) : std::nullopt;
  table_.on_acquire(table_now(), request.id(), (*wish)->key, (*wish)->need, keep_alive, effects);

  std::chrono::nanoseconds load_time{0};
  auto engine = granted(effects, request.id());
  if (engine) {  // The usual case: it is loaded.
    perform(std::move(effects));
  } else {
    const auto waiter = std::make_shared<Waiter>(executor_, (*wish)->key);
    waiters_.emplace(request.id(), waiter);
    perform(std::move(effects));
    const bool waits = !waiter->refusal;
    const auto began = Clock::now();
    auto waited_for = co_await wait(request.id(), waiter, std::move(options.progress));
    if (!waited_for) co_return tl::unexpected(waited_for.error());
    engine = std::move(*waited_for);
    if (waits) load_time = Clock::now() - began;
  }
  std::optional<Renewal> renewal;
  if (renewable) renewal = Renewal{std::move(model), options.keep_alive, options.context_tokens};
  std::unique_ptr<Lease> lease =
      std::make_unique<EngineLease>(std::move(engine), load_time, std::move(request), std::move(renewal));
  co_return lease;
}

/// Such a lease is not renewed again, and who asked is told of no progress.
net::Task<Result<std::unique_ptr<Lease>>> EngineManager::Impl::renew(std::string model, LoadOptions options) {
  return acquire(std::move(model), std::move(options), false);
}

std::shared_ptr<RunningEngine> EngineManager::Impl::granted(const Effects& effects, RequestId request) const {
  const auto grant = std::ranges::find(effects.grants, request, &GrantRequest::request);
  return grant == effects.grants.end() ? nullptr : engines_.at(grant->engine);
}

/// What a request for `model` asks of the table, until the next call. Kept for a moment: under load every
/// request comes by here.
Result<const Wish*> EngineManager::Impl::wish_for(std::string_view model, std::uint32_t context_tokens) {
  const auto now = Clock::now();
  auto with_context = std::string();
  if (context_tokens != 0) with_context = std::string(model) + "|" + std::to_string(context_tokens);
  const std::string_view asked = context_tokens == 0 ? model : with_context;
  if (const auto recent = wishes_.find(asked); recent != wishes_.end() && now < recent->second.until)
    return &recent->second;
  const auto entry = library_.entry(model);
  if (!entry) return tl::unexpected(entry.error());
  if (entry->model.capabilities.empty()) {
    return fail(Errc::unsupported, "'" + entry->model.name + "' is no model that answers.",
                "Pick another from `localscale ls`.");
  }
  Wish wish{key_of(entry->model), {}, now + wish_lifetime};
  remember(wish.key, *entry);
  wish.need = memory_need(*entry, config_, tuner_.known(*entry, machine()),
                          file_bytes(entry->model.projector), context_for(*entry, config_, context_tokens));
  if (wishes_.size() >= max_wishes) wishes_.clear();
  return &wishes_.insert_or_assign(std::string(asked), std::move(wish)).first->second;
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
                                                                            ProgressSink progress) {
  const auto entry = wanted_.at(waiter->key);
  const auto began = Clock::now();
  while (!waiter->engine && !waiter->refusal) {
    waiter->wake.expires_after(progress_interval);
    co_await waiter->wake.async_wait(as_tuple);
    if (!progress || waiter->engine || waiter->refusal) continue;
    const auto elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - began);
    const Progress note{waiter->status, entry.model.digest, entry.model.bytes, 0, 0, elapsed};
    co_await progress(note);
  }
  waiters_.erase(request);
  if (waiter->refusal) co_return tl::unexpected(refusal_text(entry, *waiter->refusal));
  co_return waiter->engine;
}

Error EngineManager::Impl::refusal_text(const LibraryModel& entry, const RefuseRequest& refusal) const {
  if (refusal.why != Refusal::too_large) return refusal_error(entry.model.name, refusal);
  const auto load = machine();
  const auto range = context_for(entry, config_);
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
  grants_ += effects.grants.size();
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

net::Task<Result<void>> EngineManager::Impl::unload(std::string model) {
  const auto self = shared_from_this();
  const auto entry = library_.entry(model);
  auto key = entry ? key_of(entry->model) : std::string();
  // A file that was removed, renamed or replaced stays loaded under the name it had.
  if (const auto views = table_.engines(); std::ranges::find(views, key, &EngineView::key) == views.end()) {
    const auto asked = core::parse_model_name(model);
    const auto named = std::ranges::find_if(
        views, [&](const EngineView& view) { return asked && model_of(view).name == asked->display(); });
    if (named != views.end()) key = named->key;
  }
  if (key.empty()) co_return tl::unexpected(entry.error());
  Effects effects;
  const bool known = table_.on_unload(table_now(), key, effects);
  const bool idle = !effects.stops.empty();
  perform(std::move(effects));
  if (!known) {
    co_return fail(Errc::not_found, "The model '" + (entry ? entry->model.name : model) + "' is not loaded.",
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

void EngineManager::Impl::end_answers() {
  Effects effects;
  table_.on_shutdown(table_now(), effects);
  perform(std::move(effects));
  for (auto& [id, engine] : engines_) engine->end_with_home();
}

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
  return impl_->acquire(std::string(model), std::move(options), true);
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

void EngineManager::end_answers() {
  impl_->end_answers();
}

std::optional<std::uint64_t> EngineManager::memory_budget_bytes() const {
  return impl_->memory_budget_bytes();
}

EngineMetrics EngineManager::metrics() const {
  return impl_->metrics();
}

void EngineManager::set_keep_alive(std::chrono::seconds keep_alive) {
  impl_->set_keep_alive(keep_alive);
}

void EngineManager::assume_settled(milliseconds after) {
  impl_->assume_settled(after);
}

}  // namespace localscale::engine
