#include "engine/bench_tuner.hpp"

#include <ctime>
#include <filesystem>

#include "base/log.hpp"
#include "engine/awaiting.hpp"

namespace localscale::engine {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_cached = 1'024;

CacheType cache_type_of(const std::string& name) {
  if (name == "q8_0") return CacheType::q8_0;
  if (name == "f32") return CacheType::f32;
  return CacheType::f16;
}

BenchSpec spec_for(const LibraryModel& entry, const BenchPoint& point, const config::Engine& config) {
  BenchSpec spec;
  spec.model = entry.model.path;
  spec.more_parts = entry.model.more_parts;
  spec.settings = settings_for(entry, config, point.tuning);
  spec.settings.threads = point.tuning.threads;
  spec.prompt_tokens = point.prompt_tokens;
  spec.generated_tokens = point.generated_tokens;
  spec.depth_tokens = point.depth_tokens;
  return spec;
}

}  // namespace

BenchTuner::BenchTuner(WorkerLauncher& launcher, store::TuningStore& store, const config::Engine& config,
                       std::string engine_version)
    : launcher_(launcher), store_(store), config_(config), engine_version_(std::move(engine_version)) {}

store::TuningKey BenchTuner::key_for(const LibraryModel& entry, const MachineLoad& machine) const {
  auto model = entry.model.digest;
  if (model.empty()) {
    model = entry.model.path.string() + "|" + std::to_string(entry.model.bytes) + "|" +
            std::to_string(entry.model.modified_unix_s);
  }
  const auto engine = machine.engine.empty() ? engine_version_ : engine_version_ + " " + machine.engine;
  return {std::move(model), engine, machine.cores, free_cores(machine)};
}

std::optional<Tuning> BenchTuner::stored(const store::TuningKey& key) {
  if (const auto cached = cache_.find(key); cached != cache_.end()) return cached->second;
  if (cache_.size() >= max_cached) cache_.clear();
  auto& tuning = cache_[key];
  const auto record = store_.find(key);
  if (!record) spdlog::warn("tuning: not read error=\"{}\"", record.error().what);
  if (!record || !*record) return std::nullopt;
  const auto& found = **record;
  // A row that someone edited must not give an engine more threads than are free.
  if (found.threads == 0 || found.threads > key.free_cores || found.micro_batch == 0 ||
      found.micro_batch > 4096)
    return std::nullopt;
  tuning = Tuning{found.threads, found.flash_attention, cache_type_of(found.cache_type), found.micro_batch};
  return tuning;
}

Tuning BenchTuner::known(const LibraryModel& entry, const MachineLoad& machine) {
  return stored(key_for(entry, machine)).value_or(default_tuning(entry.facts, machine));
}

std::optional<BenchRates> BenchTuner::measured(const LibraryModel& entry, const MachineLoad& machine) {
  const auto record = store_.find_for_any_load(key_for(entry, machine));
  if (!record) spdlog::warn("tuning: not read error=\"{}\"", record.error().what);
  if (!record || !*record || (*record)->answer_rate <= 0 || (*record)->prompt_rate <= 0) return std::nullopt;
  return BenchRates{(*record)->prompt_rate, (*record)->answer_rate};
}

void BenchTuner::keep(const store::TuningKey& key, const TuningOutcome& outcome) {
  cache_[key] = outcome.tuning;
  const store::TuningRecord record{outcome.tuning.threads,
                                   outcome.tuning.flash_attention,
                                   std::string(name(outcome.tuning.cache_type)),
                                   outcome.tuning.micro_batch_tokens,
                                   outcome.micro_batch_ms,
                                   outcome.rates.prompt,
                                   outcome.rates.answer,
                                   static_cast<std::int64_t>(std::time(nullptr))};
  if (const auto kept = store_.put(key, record); !kept)
    spdlog::warn("tuning: not kept error=\"{}\"", kept.error().what);
}

net::Task<Tuning> BenchTuner::tune(LibraryModel entry, MachineLoad machine, Quiet quiet,
                                   ProgressSink progress) {
  const auto key = key_for(entry, machine);
  if (const auto found = stored(key)) co_return *found;
  // Encoders read their input at once: there is nothing to choose but threads. And beside running answers or
  // another measurement one would disturb them and find nothing true.
  const auto defaults = default_tuning(entry.facts, machine);
  const bool can_measure = quiet() && !*measuring_;
  if (!config_.tune || !can_measure || purpose_of(entry.model) != Purpose::generate) co_return defaults;
  ++measurements_;
  *measuring_ = true;
  const std::shared_ptr<void> measured(nullptr, [measuring = measuring_](void*) { *measuring = false; });
  TuningPlan plan(entry.facts, machine);
  bool engine_runs = true;
  while (const auto point = plan.next()) {
    const Progress note{"measuring", entry.model.digest, entry.model.bytes, 0, 0, {}};
    if (progress) co_await progress(note);
    const auto began = Clock::now();
    auto spec = spec_for(entry, *point, config_);
    const auto output = co_await launcher_.run_bench(std::move(spec), plan.limit());
    const auto spent = std::chrono::duration_cast<milliseconds>(Clock::now() - began);
    engine_runs = output || output.error().code == Errc::timeout;
    const auto rates = output ? parse_bench(*output) : Result<BenchRates>(tl::unexpected(output.error()));
    if (!rates)
      spdlog::warn("tuning: run failed model={} error=\"{}\"", entry.model.name, rates.error().what);
    spdlog::debug(
        "tuning: run model={} threads={} flash={} cache={} depth={} prompt_rate={:.1f} answer_rate={:.1f} "
        "ms={}",
        entry.model.name, point->tuning.threads, point->tuning.flash_attention,
        name(point->tuning.cache_type), point->depth_tokens, rates ? rates->prompt : 0,
        rates ? rates->answer : 0, spent.count());
    if (!quiet()) {
      spdlog::info("tuning: given up until the next load, other models answer model={}", entry.model.name);
      co_return defaults;
    }
    plan.take(rates ? std::optional(*rates) : std::nullopt, spent);
  }
  const auto outcome = plan.outcome();
  spdlog::info(
      "tuning model={} threads={} flash={} cache={} micro_batch={} micro_batch_ms={:.0f} prompt_rate={:.1f} "
      "answer_rate={:.1f} reason=\"{}\"",
      entry.model.name, outcome.tuning.threads, outcome.tuning.flash_attention,
      name(outcome.tuning.cache_type), outcome.tuning.micro_batch_tokens, outcome.micro_batch_ms,
      outcome.rates.prompt, outcome.rates.answer, outcome.reason);
  if (!outcome.measured) {
    if (engine_runs) cache_[key] = defaults;  // Not measured again before the next start.
    co_return defaults;
  }
  keep(key, outcome);
  co_return outcome.tuning;
}

}  // namespace localscale::engine
