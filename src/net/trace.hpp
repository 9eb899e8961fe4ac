#pragma once

#include <optional>
#include <string>

#include "net/http.hpp"

/// W3C Trace Context: a client's trace is found again in the log.
namespace localscale::net {

struct Trace {
  std::string id;     ///< 32 hexadecimal digits.
  std::string flags;  ///< 2 hexadecimal digits.
  std::string state;  ///< `tracestate` as it came; may be empty.
};

/// The trace that a request belongs to; nothing without a valid `traceparent`.
std::optional<Trace> trace_of(const Request& request);

/// How a request is named in the log: its id, and the trace's id if it has one ("641653ba-12 trace=4bf9…").
std::string log_id(const Request& request);

}  // namespace localscale::net
