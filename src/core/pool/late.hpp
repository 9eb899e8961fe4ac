#pragma once

#include <vector>

#include "core/pool/graph.hpp"

namespace localscale::core::pool {

class RosterLog;

/// What a log has that another lacks.
struct News {
  std::vector<EntryPtr> in_time;
  std::vector<TransitionId> late;  ///< And what builds on such. In canonical order.
};

/// A step is late where it would change, from before, what is settled in `ours`: a decision, or one signed
/// with a key that its home has given up, that neither knew nor was known to a settled decision (a settled
/// change of that key). Settled is what as many homes with a say as make a quorum have signed something on
/// top of; if they did so on the step too, it is in time.
News sort_news(const RosterLog& ours, const RosterLog& theirs);

}  // namespace localscale::core::pool
