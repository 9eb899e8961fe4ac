#pragma once

#include <string>
#include <vector>

#include "cli/verb.hpp"

namespace localscale::cli {

/// Values of the options that every verb has.
struct Common {
  bool json = false;
  bool quiet = false;
  std::string config;
};

/// The options that every verb has, with their values in `common`.
std::vector<Option> common_options(Common& common);

}  // namespace localscale::cli
