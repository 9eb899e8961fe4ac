#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/encoding.hpp"

namespace localscale::core::pool {

inline constexpr std::size_t name_bytes_max = 64;
inline constexpr std::size_t address_bytes_max = 128;
inline constexpr std::size_t addresses_max = 8;

/// Whether a home may be counted on while its people sleep: only such serve as hubs.
enum class Role : std::uint8_t { always_on = 1, sleeper = 2 };

/// What fails together: homes with the same text in one of these lose power or network together. Empty: not
/// told.
struct FailureDomains {
  std::string house{};
  std::string feeder{};
  std::string street{};
  bool operator==(const FailureDomains&) const = default;
};

/// What a home says of itself. Nobody checks it: it helps to find and to place, it gives no rights.
struct HomeFacts {
  std::string name{};   ///< For people, 1 to 64 bytes.
  std::string place{};  ///< Coarse ("north end of the street"), at most 64 bytes.
  FailureDomains domains{};
  Role role = Role::sleeper;
  std::vector<std::string> addresses{};  ///< Where its gate may be found; at most 8 of at most 128 bytes.
  bool operator==(const HomeFacts&) const = default;
};

/// invalid_argument, naming the field.
Result<void> validate(const HomeFacts& facts);

void encode(const HomeFacts& facts, Encoder& into);
/// Refuses what `validate` does.
HomeFacts decode_home_facts(Decoder& from);

}  // namespace localscale::core::pool
