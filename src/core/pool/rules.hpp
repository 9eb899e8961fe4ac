#pragma once

#include <cstddef>
#include <vector>

#include "core/pool/roster.hpp"
#include "core/pool/transition.hpp"

namespace localscale::core::pool {

/// What a step needed when it was made: fixed for ever, as it depends only on what came before it.
struct Judgement {
  bool own = false;            ///< The author's own matter: nobody else's word counts.
  bool decision = false;       ///< A quorum signed it.
  std::size_t needed = 0;      ///< How many homes with a say must have signed.
  std::size_t say_needed = 0;  ///< How many give the home a say (Admit, Renew).
  std::size_t guests_max = 0;  ///< How many guests of its author there may be with it (Admit).
};

/// Whether `step` keeps the rules in `past`, the roster of everything before it: rights, limits, signatures.
/// `denied`, `conflict`, `exhausted`, `not_found` or `corrupt` (a signature) name the rule that it breaks.
/// Not for the step that creates a pool.
Result<Judgement> judge(const Roster& past, const Transition& step);

/// The same for the step that creates one.
Result<Judgement> judge_creation(const Transition& step);

/// Everybody who signed: the author and the others.
std::vector<HomeId> signers(const Transition& step);

/// Whom the step is about, if about others than its author: their own word doesn't count.
std::vector<HomeId> about(const Act& act);

}  // namespace localscale::core::pool
