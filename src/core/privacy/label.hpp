#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace localscale::core::privacy {

/// How far something travels, nearest first. The numbers are written (docs/protocols/label.md).
enum class Tier : std::uint8_t { home = 0, neighbourhood = 1, community = 2, region = 3, global = 4 };

/// How sensitive something is. What nobody labelled is `high`: zero, so that forgotten memory says so too.
/// The numbers are written.
enum class Label : std::uint8_t { high = 0, medium = 1, low = 2 };

/// The label that a written number names; `high` for a number that this version doesn't know.
constexpr Label label_of(std::uint8_t number) {
  if (number == static_cast<std::uint8_t>(Label::low)) return Label::low;
  if (number == static_cast<std::uint8_t>(Label::medium)) return Label::medium;
  return Label::high;
}

/// The farthest tier that something so labelled may reach in clear.
constexpr Tier farthest(Label label) {
  switch (label) {
    case Label::low:
      return Tier::global;
    case Label::medium:
      return Tier::neighbourhood;
    case Label::high:
      return Tier::home;
  }
  return Tier::home;
}

constexpr bool may_travel(Label label, Tier tier) {
  return tier <= farthest(label);
}

/// The label of what is made from both: the stricter one.
constexpr Label stricter(Label a, Label b) {
  const Label known_a = label_of(static_cast<std::uint8_t>(a));
  const Label known_b = label_of(static_cast<std::uint8_t>(b));
  return farthest(known_a) <= farthest(known_b) ? known_a : known_b;
}

/// "high", "medium", "low".
std::string_view name(Label label);
/// Nothing for any other text: who asked is told, or it counts as `high`.
std::optional<Label> parse_label(std::string_view text);

/// "home", "neighbourhood", "community", "region", "global".
std::string_view name(Tier tier);

}  // namespace localscale::core::privacy
