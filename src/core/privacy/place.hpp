#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/privacy/label.hpp"
#include "crypto/home_id.hpp"

namespace localscale::core::privacy {

/// Where something is or goes: `region/community/pool/home/node`, as far down as it is named. A place whose
/// region or community does not exist yet has "-" there, and an empty name here.
struct Place {
  std::string region;
  std::string community;
  std::string pool;
  std::optional<crypto::HomeId> home;
  std::string node;

  bool operator==(const Place&) const = default;
};

inline constexpr std::size_t place_name_bytes_max = 64;
inline constexpr std::size_t place_text_bytes_max = 4 * place_name_bytes_max + 52 + 4;

/// One to five parts. Names are small letters, digits and, inside, hyphens: 1 to 64 of them; the home is its
/// id. Takes only what to_text writes; else invalid_argument, naming the part.
Result<Place> parse_place(std::string_view text);
std::string to_text(const Place& place);

/// How far it is from one place to the other: the nearest tier that is known to hold both. What contradicts
/// itself (the same pool in two communities) or is not known is far.
Tier reach(const Place& from, const Place& to);

/// Whether what is addressed to `area` is for `here` too. A region or community of a named pool counts only
/// where both sides know one: it is the pool that decides.
bool contains(const Place& area, const Place& here);

}  // namespace localscale::core::privacy
