#pragma once

namespace localscale::cli {

/// The program `localscale`: parses the arguments, runs the verb and gives the exit status.
int run(int argc, const char* const* argv);

}  // namespace localscale::cli
