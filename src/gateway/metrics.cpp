#include "gateway/metrics.hpp"

#include <array>
#include <list>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace localscale::gateway {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

Histogram::BucketBoundaries duration_buckets_s() {
  return {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60};
}

/// Counters whose values the engines keep.
class EngineCounters {
 public:
  explicit EngineCounters(prometheus::Registry& registry)
      : loads_(add(registry, "localscale_engine_loads_total", "Models loaded.")),
        load_seconds_(add(registry, "localscale_engine_load_seconds_total", "Time that loads took.")),
        evictions_(add(registry, "localscale_engine_evictions_total", "Models unloaded to make room.")),
        expiries_(
            add(registry, "localscale_engine_expiries_total", "Models unloaded after their keep-alive.")),
        crashes_(add(registry, "localscale_engine_crashes_total", "Engines that ended by themselves.")),
        refusals_(add(registry, "localscale_engine_refusals_total", "Requests that got no engine.")),
        measurements_(add(registry, "localscale_engine_measurements_total", "Models measured at a load.")),
        last_load_seconds_(prometheus::BuildGauge()
                               .Name("localscale_engine_last_load_seconds")
                               .Help("Time that the newest load took.")
                               .Register(registry)
                               .Add({})) {}

  void set(const engine::EngineMetrics& now) {
    raise(loads_, static_cast<double>(now.loads));
    raise(load_seconds_, static_cast<double>(now.load_ms_total) / ms_per_second);
    raise(evictions_, static_cast<double>(now.evictions));
    raise(expiries_, static_cast<double>(now.expiries));
    raise(crashes_, static_cast<double>(now.crashes));
    raise(refusals_, static_cast<double>(now.refusals));
    raise(measurements_, static_cast<double>(now.measurements));
    last_load_seconds_.Set(static_cast<double>(now.load_ms_last) / ms_per_second);
  }

 private:
  static constexpr double ms_per_second = 1000;

  static Counter& add(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
  }
  static void raise(Counter& counter, double value) { counter.Increment(value - counter.Value()); }

  Counter& loads_;
  Counter& load_seconds_;
  Counter& evictions_;
  Counter& expiries_;
  Counter& crashes_;
  Counter& refusals_;
  Counter& measurements_;
  Gauge& last_load_seconds_;
};

}  // namespace

class Metrics::Route {
 public:
  Route(std::string pattern, std::string api, Family<Counter>& requests, Family<Histogram>& durations)
      : pattern_(std::move(pattern)),
        api_(std::move(api)),
        requests_(requests),
        duration_(durations.Add({{"route", pattern_}, {"api", api_}}, duration_buckets_s())) {}

  void done(unsigned status, double seconds) {
    const std::size_t index = status < by_status_.size() ? status : 0;
    Counter*& counter = by_status_[index];
    if (counter == nullptr) {
      counter = &requests_.Add({{"route", pattern_}, {"api", api_}, {"status", std::to_string(status)}});
    }
    counter->Increment();
    duration_.Observe(seconds);
  }

 private:
  std::string pattern_;
  std::string api_;
  Family<Counter>& requests_;
  Histogram& duration_;
  std::array<Counter*, 600> by_status_{};
};

struct Metrics::Parts {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  Family<Counter>& requests = prometheus::BuildCounter()
                                  .Name("localscale_requests_total")
                                  .Help("Answered requests by route, API and HTTP status.")
                                  .Register(*registry);
  Family<Histogram>& durations = prometheus::BuildHistogram()
                                     .Name("localscale_request_seconds")
                                     .Help("Time from the whole request to the end of its answer.")
                                     .Register(*registry);
  Counter& bytes = prometheus::BuildCounter()
                       .Name("localscale_answer_bytes_total")
                       .Help("Body bytes sent to clients.")
                       .Register(*registry)
                       .Add({});
  Gauge& streams = prometheus::BuildGauge()
                       .Name("localscale_streams_open")
                       .Help("Answers being streamed now.")
                       .Register(*registry)
                       .Add({});
  Family<Counter>& tokens = prometheus::BuildCounter()
                                .Name("localscale_tokens_total")
                                .Help("Tokens of finished answers, as the engines counted them.")
                                .Register(*registry);
  Counter& prompt_tokens = tokens.Add({{"kind", "prompt"}});
  Counter& answer_tokens = tokens.Add({{"kind", "answer"}});
  Family<Counter>& pulls = prometheus::BuildCounter()
                               .Name("localscale_pulls_total")
                               .Help("Model pulls by result.")
                               .Register(*registry);
  Counter& pulls_ok = pulls.Add({{"result", "ok"}});
  Counter& pulls_failed = pulls.Add({{"result", "failed"}});
  Gauge& engines = prometheus::BuildGauge()
                       .Name("localscale_engines_loaded")
                       .Help("Models in memory.")
                       .Register(*registry)
                       .Add({});
  Gauge& engine_bytes = prometheus::BuildGauge()
                            .Name("localscale_engine_memory_bytes")
                            .Help("Memory that the loaded models take.")
                            .Register(*registry)
                            .Add({});
  EngineCounters engine_counters{*registry};
  std::list<Route> routes;
};

Metrics::Metrics() : parts_(std::make_unique<Parts>()) {}
Metrics::~Metrics() = default;

Metrics::Route& Metrics::route(std::string_view pattern, std::string_view api) {
  return parts_->routes.emplace_back(std::string(pattern), std::string(api), parts_->requests,
                                     parts_->durations);
}

void Metrics::request_done(Route& route, unsigned status, std::chrono::nanoseconds took,
                           std::uint64_t bytes) {
  route.done(status, std::chrono::duration<double>(took).count());
  parts_->bytes.Increment(static_cast<double>(bytes));
}

void Metrics::stream_opened() {
  parts_->streams.Increment();
}
void Metrics::stream_closed() {
  parts_->streams.Decrement();
}

void Metrics::add_tokens(const TokenCount& tokens) {
  parts_->prompt_tokens.Increment(static_cast<double>(tokens.prompt));
  parts_->answer_tokens.Increment(static_cast<double>(tokens.answer));
}

void Metrics::pull_done(bool ok) {
  (ok ? parts_->pulls_ok : parts_->pulls_failed).Increment();
}

void Metrics::set_engines(const engine::EngineMetrics& counted, std::size_t loaded,
                          std::uint64_t memory_bytes) {
  parts_->engine_counters.set(counted);
  parts_->engines.Set(static_cast<double>(loaded));
  parts_->engine_bytes.Set(static_cast<double>(memory_bytes));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(parts_->registry->Collect());
}

}  // namespace localscale::gateway
