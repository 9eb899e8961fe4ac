#pragma once

#include <optional>
#include <string_view>

namespace localscale::net {

/// True for what may stand in a Host field: "name", "name:80", "192.0.2.1:80", "[::1]", "[::1]:80". No user
/// ("a@b"), no other characters, at most 261 bytes.
bool is_authority(std::string_view text);

/// A request target in absolute form, taken apart: "http://home:7411/x?y" is "home:7411" and "/x?y".
struct AbsoluteTarget {
  std::string_view authority;
  std::string_view rest;  ///< Empty if the target ends with the authority.
};

/// Nothing for targets that are not http: or https: addresses (paths, "*"). Does not check the authority.
std::optional<AbsoluteTarget> absolute_target(std::string_view target);

}  // namespace localscale::net
