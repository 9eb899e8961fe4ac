#include "gateway/trace.hpp"

#include <functional>

#include <fmt/format.h>

namespace localscale::gateway {
namespace {

/// This request as the parent of what the engine does: the same id again for the same request.
std::string parent_id(const net::Request& request) {
  const std::uint64_t hash = std::hash<std::string>{}(request.id);
  return fmt::format("{:016x}", hash == 0 ? 1 : hash);
}

}  // namespace

void pass_trace(const net::Request& request, net::Headers& to_engine) {
  const auto trace = trace_of(request);
  if (!trace) return;
  to_engine.set("traceparent", fmt::format("00-{}-{}-{}", trace->id, parent_id(request), trace->flags));
  if (!trace->state.empty()) to_engine.set("tracestate", trace->state);
}

}  // namespace localscale::gateway
