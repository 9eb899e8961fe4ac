#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/service.hpp"

namespace localscale::gateway {

/// How many tokens an answer took.
struct TokenCount {
  std::uint64_t prompt = 0;
  std::uint64_t answer = 0;

  bool operator==(const TokenCount&) const = default;
};

/// The counters behind /metrics (Prometheus text). Labels are route patterns, never paths or names from
/// clients.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// One route's counters, looked up once.
  class Route;
  Route& route(std::string_view pattern, std::string_view api);

  void request_done(Route& route, unsigned status, std::chrono::nanoseconds took, std::uint64_t bytes);
  void stream_opened();
  void stream_closed();
  void add_tokens(const TokenCount& tokens);
  void pull_done(bool ok);
  /// What the engines count themselves, taken over before text().
  void set_engines(const engine::EngineMetrics& counted, std::size_t loaded, std::uint64_t memory_bytes);

  [[nodiscard]] std::string text() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace localscale::gateway
