#pragma once

#include <cstdint>
#include <string>

#include "base/encoding.hpp"
#include "core/pool/home_facts.hpp"

namespace localscale::core::pool {

inline constexpr std::size_t homes_max_limit = 32;
inline constexpr std::int64_t day_ms = 86'400'000;

enum class AdmissionRule : std::uint8_t {
  any_member =
      1,       ///< One member with a say lets a home in. The home has a say only when a quorum gives it one.
  quorum = 2,  ///< Only a quorum lets a home in.
};

/// The rules of a pool. What changes them is a quorum of homes with a say.
struct Charter {
  std::string pool_name{};  ///< 1 to 64 bytes.
  AdmissionRule admission = AdmissionRule::any_member;
  std::uint8_t quorum_percent = 50;  ///< A quorum is more than this share of the homes with a say: 50 to 90.
  std::uint8_t renewers = 2;         ///< How many others with a say prolong an entry: 1 to 16.
  std::uint8_t homes_max = 20;       ///< 2 to 32.
  std::uint8_t guests_per_sponsor = 3;  ///< Homes without a say that stand on one member's word: 1 to 16.
  std::uint16_t entry_days = 365;  ///< How long an entry lasts unless it is renewed, to 3650; 0: for ever.
  bool operator==(const Charter&) const = default;
};

/// invalid_argument, naming the rule.
Result<void> validate(const Charter& charter);

/// How many of `with_say` homes decide: more than the share, at most all.
std::size_t quorum(const Charter& charter, std::size_t with_say);
/// How many decide about one who has a say, and whose own word doesn't count: the same, but never fewer than
/// two, so that no single key can throw anybody out, and never more than all others.
std::size_t quorum_against(const Charter& charter, std::size_t with_say);

/// Begins with a version of its own: later versions add fields, and readers refuse what they don't know.
void encode(const Charter& charter, Encoder& into);
/// Refuses what `validate` does.
Charter decode_charter(Decoder& from);

}  // namespace localscale::core::pool
