#pragma once

#include <string>

#include "cli/verb.hpp"

namespace localscale::cli {

/// Has `model` loaded before it is asked, showing what is done, for how long and how large the model is: a
/// line on a terminal, `load` events of `verb` with --json. Says nothing where the model is in memory
/// already.
Outcome<void> load_with_progress(const Context& context, const Home& home, const std::string& verb,
                                 const std::string& model);

}  // namespace localscale::cli
