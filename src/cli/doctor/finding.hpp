#pragma once

#include <string>
#include <string_view>

namespace localscale::cli::doctor {

enum class Level { ok, warning, failure };

/// "ok", "warning" or "failure", as it stands in JSON.
std::string_view name(Level level);

/// One thing that was looked at.
struct Finding {
  std::string check;  ///< A word for the kind of thing: "walls", "ports", …
  Level level = Level::ok;
  std::string what;  ///< How it is, in a sentence.
  std::string next;  ///< What to do; empty only where the level is ok.
};

}  // namespace localscale::cli::doctor
