#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

/// The first process of an engine worker: it starts the engine, connects to it on the house's request and
/// ends with it.
namespace localscale::supervisor {

struct ShimOptions {
  int channel = -1;           ///< Packet socket to the house: ShimRequest in, ShimReply out.
  std::string engine_socket;  ///< Where the engine listens, in the worker's own root.
  std::string preload;        ///< Library that puts the engine's final walls up; empty only in unit tests.
  std::vector<std::string> arguments;  ///< The engine's argv; [0] is its path.
};

/// Runs until the engine ends, and returns its exit status: the code, or 128 + the signal that ended it.
/// When the house closes the channel, or on SIGTERM, the engine gets SIGTERM, and SIGKILL 5 s later.
Result<int> run_shim(const ShimOptions& options);

}  // namespace localscale::supervisor
