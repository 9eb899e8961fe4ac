#pragma once

#include <cstddef>
#include <string_view>

namespace localscale::mesh::fetcher {

/// True if no array or object of this JSON text lies deeper than `limit`. Looks at brackets outside strings
/// only, so it is cheap enough to run before a parser sees hostile text.
bool depth_within(std::string_view json, std::size_t limit);

inline constexpr std::size_t max_json_depth = 32;

}  // namespace localscale::mesh::fetcher
