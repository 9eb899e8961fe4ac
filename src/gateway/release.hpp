#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace localscale::gateway {

/// What a release file says: {"version":"0.2.0","url":"https://…","notes":"…"}.
struct Release {
  std::string version;  ///< "1.2.3"
  std::string url;      ///< Where people get it: https, at most 500 bytes; may be empty.
  std::string notes;    ///< What is new, for people: at most 2000 bytes; may be empty.
};

/// Other members are ignored. Fails with corrupt for anything else.
Result<Release> parse_release(std::string_view text);

/// "1.2.3" or "v1.2.3" as its numbers; nullopt for anything else.
std::optional<std::array<std::uint64_t, 3>> parse_version(std::string_view text);

}  // namespace localscale::gateway
