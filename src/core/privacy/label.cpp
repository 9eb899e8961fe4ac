#include "core/privacy/label.hpp"

namespace localscale::core::privacy {

std::string_view name(Label label) {
  switch (label) {
    case Label::low:
      return "low";
    case Label::medium:
      return "medium";
    case Label::high:
      return "high";
  }
  return "high";
}

std::optional<Label> parse_label(std::string_view text) {
  for (const Label label : {Label::high, Label::medium, Label::low})
    if (text == name(label)) return label;
  return std::nullopt;
}

std::string_view name(Tier tier) {
  switch (tier) {
    case Tier::home:
      return "home";
    case Tier::neighbourhood:
      return "neighbourhood";
    case Tier::community:
      return "community";
    case Tier::region:
      return "region";
    case Tier::global:
      return "global";
  }
  return "unknown";
}

}  // namespace localscale::core::privacy
