#include "core/privacy/purpose.hpp"

#include <algorithm>
#include <array>

namespace localscale::core::privacy {
namespace {

constexpr std::uint64_t KiB = 1ULL << 10U;
constexpr std::uint64_t MiB = 1ULL << 20U;
constexpr std::uint64_t GiB = 1ULL << 30U;

// The table of docs/protocols/envelope.md.
constexpr std::array rules{
    PassRule{Purpose::prompt, Kind::stream, Origin::house, Label::medium, Tier::global, 64 * MiB, false,
             false, false},
    PassRule{Purpose::control, Kind::message, Origin::house, Label::medium, Tier::global, 64 * KiB, false,
             true, false},
    PassRule{Purpose::activation, Kind::stream, Origin::house, Label::medium, Tier::neighbourhood, 16 * GiB,
             false, false, false},
    PassRule{Purpose::model_piece, Kind::bulk, Origin::house, Label::medium, Tier::global, 64 * GiB, true,
             false, false},
    PassRule{Purpose::backup, Kind::bulk, Origin::keeper, Label::high, Tier::neighbourhood, 256 * MiB, true,
             false, true},
};

}  // namespace

const PassRule* rule_for(Purpose purpose, Kind kind) {
  const auto* const rule =
      std::ranges::find_if(rules, [&](const PassRule& r) { return r.purpose == purpose && r.kind == kind; });
  return rule == rules.end() ? nullptr : rule;
}

bool permits(const PassRule& rule, Label label, Tier tier) {
  if (tier > rule.farthest) return false;
  if (stricter(label, rule.strictest) != rule.strictest) return false;
  return rule.sealed || may_travel(label, tier);
}

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::message:
      return "message";
    case Kind::stream:
      return "stream";
    case Kind::bulk:
      return "bulk";
  }
  return "unknown";
}

std::string_view name(Purpose purpose) {
  switch (purpose) {
    case Purpose::prompt:
      return "prompt";
    case Purpose::control:
      return "control";
    case Purpose::activation:
      return "activation";
    case Purpose::model_piece:
      return "model_piece";
    case Purpose::backup:
      return "backup";
    case Purpose::guest_code:
      return "guest_code";
    case Purpose::result:
      return "result";
  }
  return "unknown";
}

}  // namespace localscale::core::privacy
