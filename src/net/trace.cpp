#include "net/trace.hpp"

#include "base/bytes.hpp"

namespace localscale::net {
namespace {

constexpr std::size_t state_max = 512;  ///< Bytes; a longer one is left out, as the standard allows.

bool is_zero(std::string_view digits) {
  return digits.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::optional<Trace> trace_of(const Request& request) {
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

std::string log_id(const Request& request) {
  const auto trace = trace_of(request);
  return trace ? request.id + " trace=" + trace->id : request.id;
}

}  // namespace localscale::net
