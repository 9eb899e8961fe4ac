#include "core/pool/late.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/pool/roster_log.hpp"

namespace localscale::core::pool {
namespace {

bool signed_by(const Entry& entry, const HomeId& home) {
  return std::ranges::count(signers(entry.step), home) > 0;
}

/// Sorts the steps of two logs, seen from the first.
class Sorting {
 public:
  Sorting(const RosterLog& ours, const RosterLog& theirs) : ours_(ours), both_(ours.graph()) {
    both_.insert(theirs.steps());
  }

  News sorted() {
    News news;
    std::set<TransitionId> late;
    for (std::size_t place = 0; place < both_.size(); ++place) {
      const Entry& entry = both_.at(place);
      if (ours_.contains(entry.id)) continue;
      const bool on_late = std::ranges::any_of(
          entry.step.body.parents, [&](const TransitionId& parent) { return late.contains(parent); });
      if (!on_late && !is_late(place)) {
        news.in_time.push_back(both_.entries()[place]);
        continue;
      }
      late.insert(entry.id);
      news.late.push_back(entry.id);
    }
    return news;
  }

 private:
  bool is_late(std::size_t place) {
    for (std::size_t other = 0; other < both_.size(); ++other)
      if (contradicts(place, other) && ours_.contains(both_.at(other).id) && backed(other))
        return !backed(place);
    return false;
  }

  /// Whether a step would change another, which neither knew nor was known to it.
  [[nodiscard]] bool contradicts(std::size_t place, std::size_t other) const {
    if (!both_.concurrent(place, other)) return false;
    const Entry& entry = both_.at(place);
    const Entry& beside = both_.at(other);
    const auto* rotate = std::get_if<RotateKey>(&beside.step.body.act);
    return (entry.judgement.decision && beside.judgement.decision) ||
           (rotate && signed_by(entry, rotate->home));
  }

  /// Whether as many homes with a say as make a quorum signed something on top of it.
  bool backed(std::size_t place) {
    const auto known = backed_.find(place);
    if (known != backed_.end()) return known->second;
    std::set<HomeId> on_top;
    for (std::size_t later = place + 1; later < both_.size(); ++later)
      if (both_.precedes(place, later))
        for (const HomeId& home : signers(both_.at(later).step))
          if (const Member* member = ours_.roster().member(home); member && member->has_say)
            on_top.insert(home);
    return backed_[place] = on_top.size() >= ours_.roster().quorum();
  }

  const RosterLog& ours_;
  Graph both_;
  std::map<std::size_t, bool> backed_;
};

}  // namespace

News sort_news(const RosterLog& ours, const RosterLog& theirs) {
  return Sorting(ours, theirs).sorted();
}

}  // namespace localscale::core::pool
