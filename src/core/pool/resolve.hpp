#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/pool/graph.hpp"
#include "core/pool/roster.hpp"

namespace localscale::core::pool {

/// A home that was let in, with what is not yet decided while steps are gone through.
struct Record {
  Member member;
  PublicKey first_key;
  bool fallen = false;  ///< Its admission is void, and no quorum has taken it on since.
  bool left = false;
  std::vector<std::size_t> rotations;  ///< Those that no other rotation knew of.
  std::vector<std::size_t> facts;      ///< The same for what it said of itself.
};

/// What some steps come to, so far.
struct State {
  PoolId pool;
  std::map<HomeId, Record> records;
  std::set<HomeId> evicted;
  std::map<PublicKey, HomeId> keys_ever;
  std::vector<std::size_t> charters;
  std::vector<std::size_t> voided;  ///< Places of the steps that have no effect here, ascending.
};

/// Goes through the steps of `view` (closed under parents) in canonical order, by the rules of
/// docs/protocols/roster.md. Depends only on which steps these are.
State resolve(const Graph& graph, const PlaceSet& view);

/// The same for one step more that knew all the others.
void resolve_next(State& state, const Graph& graph, std::size_t place);

/// Who is in the pool then.
Roster roster_of(const State& state, const Graph& graph);

}  // namespace localscale::core::pool
