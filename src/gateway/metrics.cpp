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
                                .Help("Tokens counted by the engines, where the gateway reads them.")
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

void Metrics::add_tokens(std::uint64_t prompt, std::uint64_t answer) {
  parts_->prompt_tokens.Increment(static_cast<double>(prompt));
  parts_->answer_tokens.Increment(static_cast<double>(answer));
}

void Metrics::pull_done(bool ok) {
  (ok ? parts_->pulls_ok : parts_->pulls_failed).Increment();
}

void Metrics::set_engines(std::size_t loaded, std::uint64_t memory_bytes) {
  parts_->engines.Set(static_cast<double>(loaded));
  parts_->engine_bytes.Set(static_cast<double>(memory_bytes));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(parts_->registry->Collect());
}

}  // namespace localscale::gateway
