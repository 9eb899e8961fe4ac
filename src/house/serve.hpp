#pragma once

#include "house/arguments.hpp"

namespace localscale::house {

/// The program localscaled: does what the arguments ask and gives the exit status (0 ok, 1 error, 2 usage).
int run(int argc, const char* const* argv);

}  // namespace localscale::house
