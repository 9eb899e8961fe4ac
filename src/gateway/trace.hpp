#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

/// W3C Trace Context: a client's trace is found again in the log and goes on to the engine.
namespace localscale::gateway {

struct Trace {
  std::string id;     ///< 32 hexadecimal digits.
  std::string flags;  ///< 2 hexadecimal digits.
  std::string state;  ///< `tracestate` as it came; may be empty.
};

/// The trace that a request belongs to; nothing without a valid `traceparent`.
std::optional<Trace> trace_of(const net::Request& request);

/// Puts the trace into what is asked of an engine, with this request as the parent; nothing without a trace.
void pass_trace(const net::Request& request, net::Headers& to_engine);

/// How a request is named in the log: its id, and the trace's id if it has one ("641653ba-12 trace=4bf9…").
std::string log_id(const net::Request& request);

}  // namespace localscale::gateway
