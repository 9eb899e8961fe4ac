#pragma once

#include <cstdint>
#include <string_view>

#include "core/privacy/label.hpp"

namespace localscale::core::privacy {

// The numbers of these are written (docs/protocols/envelope.md). None is zero.

/// The form of what passes: one message, a stream whose length nobody knows yet, or a thing with a digest.
enum class Kind : std::uint8_t { message = 1, stream = 2, bulk = 3 };

/// What it passes for. `guest_code` and `result` have their numbers, and no rule yet: nothing passes for
/// them.
enum class Purpose : std::uint8_t {
  prompt = 1,  ///< What is asked of a model, and its answer.
  control = 2,
  activation = 3,  ///< Hidden states of a split model: they count as the prompt.
  model_piece = 4,
  backup = 5,  ///< Ciphertext whose key stays with the owner.
  guest_code = 6,
  result = 7,
};

/// Which process of the home hands it to the gate: each has a channel of its own.
enum class Origin : std::uint8_t { house, keeper };

/// How a purpose may pass in one kind.
struct PassRule {
  Purpose purpose;
  Kind kind;
  Origin origin;
  Label strictest;          ///< The strictest label that may use it.
  Tier farthest;            ///< The farthest tier it reaches, whatever the label.
  std::uint64_t bytes_max;  ///< The largest budget of one envelope.
  bool digest_first;        ///< Its digest must be known when it is opened.
  bool to_areas;            ///< It may be addressed to more than one home.
  bool sealed;              ///< Ciphertext: the label of the content doesn't bound how far it travels.
};

/// nullptr if the purpose may not pass in this kind.
const PassRule* rule_for(Purpose purpose, Kind kind);

/// Whether something so labelled may go as far as `tier` under this rule.
bool permits(const PassRule& rule, Label label, Tier tier);

std::string_view name(Kind kind);
std::string_view name(Purpose purpose);

}  // namespace localscale::core::privacy
