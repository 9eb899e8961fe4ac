#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace localscale::house {

/// What localscaled is asked to do.
struct Arguments {
  enum class Action { serve, version, check_config, inspect, escape_probe, help };
  Action action = Action::serve;
  std::filesystem::path file;  ///< For check_config and inspect.
#ifdef LOCALSCALE_FAULT_POINTS
  bool unconfined = false;  ///< For tests without walls, under sanitizers: not in release builds.
#endif
};

/// Parses the command line; a wrong word is an error that names it.
Result<Arguments> parse_arguments(int argc, const char* const* argv);

std::string usage();

}  // namespace localscale::house
