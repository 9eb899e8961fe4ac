#include "gateway/trace.hpp"

#include <functional>

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace localscale::gateway {
namespace {

constexpr std::size_t state_max = 512;  ///< Bytes; a longer one is left out, as the standard allows.

bool is_zero(std::string_view digits) {
  return digits.find_first_not_of('0') == std::string_view::npos;
}

/// This request as the parent of what the engine does: the same id again for the same request.
std::string parent_id(const net::Request& request) {
  const std::uint64_t hash = std::hash<std::string>{}(request.id);
  return fmt::format("{:016x}", hash == 0 ? 1 : hash);
}

}  // namespace

std::optional<Trace> trace_of(const net::Request& request) {
  // version "-" trace id "-" parent id "-" flags; a later version may say more after them.
  constexpr std::size_t length = 55;
  const std::string_view text = request.headers.get("traceparent");
  if (text.size() < length || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  if (!is_hex(version, 2) || version == "ff") return std::nullopt;
  if (text.size() > length && (version == "00" || text[length] != '-')) return std::nullopt;
  const std::string_view id = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  if (!is_hex(id, 32) || !is_hex(parent, 16) || !is_hex(flags, 2) || is_zero(id) || is_zero(parent))
    return std::nullopt;
  const std::string_view state = request.headers.get("tracestate");
  return Trace{std::string(id), std::string(flags),
               state.size() <= state_max ? std::string(state) : std::string()};
}

void pass_trace(const net::Request& request, net::Headers& to_engine) {
  const auto trace = trace_of(request);
  if (!trace) return;
  to_engine.set("traceparent", fmt::format("00-{}-{}-{}", trace->id, parent_id(request), trace->flags));
  if (!trace->state.empty()) to_engine.set("tracestate", trace->state);
}

std::string log_id(const net::Request& request) {
  const auto trace = trace_of(request);
  return trace ? request.id + " trace=" + trace->id : request.id;
}

}  // namespace localscale::gateway
