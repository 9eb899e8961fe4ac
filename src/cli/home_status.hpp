#pragma once

#include <chrono>

#include "cli/home.hpp"

namespace localscale::cli {

/// What the home says of itself. Fails with `timeout` where nothing comes for `patience`: a running house
/// answers this at once.
Outcome<Json> status_of(const Home& home, std::chrono::milliseconds patience);

}  // namespace localscale::cli
