#include "core/pool/graph.hpp"

#include <algorithm>
#include <tuple>

namespace localscale::core::pool {
namespace {

bool before(const EntryPtr& a, const EntryPtr& b) {
  return std::tie(a->depth, a->id) < std::tie(b->depth, b->id);
}

}  // namespace

void Graph::insert(const std::vector<EntryPtr>& entries) {
  const std::size_t known = entries_.size();
  for (const EntryPtr& entry : entries)
    if (!places_.contains(entry->id)) {
      places_[entry->id] = 0;
      entries_.push_back(entry);
    }
  // What only comes behind moves nothing; anything else moves all places.
  const auto fresh = entries_.begin() + static_cast<std::ptrdiff_t>(known);
  std::sort(fresh, entries_.end(), before);
  std::size_t first = known;
  if (known > 0 && fresh != entries_.end() && before(*fresh, entries_[known - 1])) {
    std::sort(entries_.begin(), entries_.end(), before);
    first = 0;
  }
  pasts_.resize(first);
  for (std::size_t place = first; place < entries_.size(); ++place) connect(place);
}

void Graph::connect(std::size_t place) {
  places_[entries_[place]->id] = place;
  PlaceSet past;
  for (const TransitionId& parent : entries_[place]->step.body.parents) {
    const std::size_t at = places_.at(parent);
    past.insert(pasts_[at]);
    past.insert(at);
  }
  pasts_.push_back(std::move(past));
}

std::optional<std::size_t> Graph::find(const TransitionId& id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

PlaceSet Graph::closure(const std::vector<std::size_t>& places) const {
  PlaceSet all;
  for (const std::size_t place : places) {
    all.insert(pasts_[place]);
    all.insert(place);
  }
  return all;
}

std::vector<TransitionId> Graph::heads() const {
  PlaceSet known;
  std::vector<TransitionId> heads;
  for (std::size_t place = entries_.size(); place-- > 0;) {
    if (known.contains(place)) continue;
    heads.push_back(entries_[place]->id);
    known.insert(pasts_[place]);
  }
  std::ranges::sort(heads);
  return heads;
}

}  // namespace localscale::core::pool
