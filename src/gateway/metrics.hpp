#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace localscale::gateway {

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
  void add_tokens(std::uint64_t prompt, std::uint64_t answer);
  void pull_done(bool ok);
  void set_engines(std::size_t loaded, std::uint64_t memory_bytes);

  [[nodiscard]] std::string text() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace localscale::gateway
