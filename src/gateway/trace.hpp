#pragma once

#include "net/trace.hpp"

/// A client's trace goes on to the engine.
namespace localscale::gateway {

/// Puts the trace into what is asked of an engine, with this request as the parent; nothing without a trace.
void pass_trace(const net::Request& request, net::Headers& to_engine);

}  // namespace localscale::gateway
