#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/pool/place_set.hpp"
#include "core/pool/rules.hpp"
#include "core/pool/transition.hpp"

namespace localscale::core::pool {

/// A step that keeps the rules, with what is known of it for ever.
struct Entry {
  Transition step;
  TransitionId id;
  std::size_t depth = 0;  ///< 0 for the pool's creation, else one more than the deepest parent's.
  Judgement judgement;
};
using EntryPtr = std::shared_ptr<const Entry>;

/// The steps of a log and which of them knew which. Their order is canonical: by depth, then by id; parents
/// come before children. A place is an index in that order, until the next insert.
class Graph {
 public:
  /// All parents are there; entries that are there already are left out.
  void insert(const std::vector<EntryPtr>& entries);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const std::vector<EntryPtr>& entries() const { return entries_; }
  [[nodiscard]] const Entry& at(std::size_t place) const { return *entries_[place]; }
  [[nodiscard]] std::optional<std::size_t> find(const TransitionId& id) const;
  /// Everything that `place` knew of, without itself.
  [[nodiscard]] const PlaceSet& past(std::size_t place) const { return pasts_[place]; }
  [[nodiscard]] bool precedes(std::size_t first, std::size_t second) const {
    return pasts_[second].contains(first);
  }
  [[nodiscard]] bool concurrent(std::size_t a, std::size_t b) const {
    return a != b && !precedes(a, b) && !precedes(b, a);
  }
  /// Everything that these knew of, and themselves.
  [[nodiscard]] PlaceSet closure(const std::vector<std::size_t>& places) const;
  /// The steps that no other knew of, ascending by id.
  [[nodiscard]] std::vector<TransitionId> heads() const;

 private:
  void connect(std::size_t place);

  std::vector<EntryPtr> entries_;
  std::vector<PlaceSet> pasts_;
  std::map<TransitionId, std::size_t> places_;
};

}  // namespace localscale::core::pool
