#pragma once

#include <memory>
#include <vector>

#include "core/pool/graph.hpp"
#include "core/pool/resolve.hpp"
#include "core/pool/roster.hpp"

namespace localscale::core::pool {

inline constexpr std::size_t log_steps_max = 2048;
/// The last places of a log are for what a quorum decides: a member that fills it can still be thrown out.
inline constexpr std::size_t log_steps_max_alone = log_steps_max - 256;
inline constexpr std::size_t log_bytes_max = std::size_t{8} << 20U;

/// The log that every home of a pool keeps: signed steps, each naming those that its author knew last. Every
/// step in it kept the rules in the roster that its author knew; what it is worth beside steps that its
/// author did not know is resolved for all of them together (docs/protocols/roster.md). A value; copies share
/// steps.
class RosterLog {
 public:
  /// Begins one with the step that creates the pool.
  static Result<RosterLog> create(const Transition& creation);
  /// Reads and checks all of it: `corrupt` or the rule that a step breaks.
  static Result<RosterLog> decode(ByteView bytes);
  [[nodiscard]] Bytes encode() const;

  /// Adds a step that anybody sent. Success too if it is there already. `not_found`: a step that it names is
  /// missing here, ask for that first. `exhausted`: the log is full. Otherwise as `judge` says. A step that
  /// is refused changes nothing.
  Result<void> append(const Transition& step);

  /// Both logs' steps: the same whichever is merged into which, in any order, any number of times.
  /// `denied` for another pool's log, `exhausted` if there are too many; nothing is changed then.
  Result<void> merge(const RosterLog& other);

  /// What others send, with `late` left out: decisions and uses of given-up keys that would change what a
  /// quorum has built on since (docs/protocols/roster.md, "Too late"). Returns what was left out; `merge`
  /// takes everything.
  Result<std::vector<TransitionId>> take(const RosterLog& other);
  /// Appends unless it is too late (`conflict`).
  Result<void> take(const Transition& step);

  [[nodiscard]] const Roster& roster() const { return roster_; }
  [[nodiscard]] const PoolId& pool() const { return graph_.at(0).id; }
  /// What a new step names as its parents: the heads, or the first of them if there are very many.
  [[nodiscard]] std::vector<TransitionId> parents_for_next() const;
  [[nodiscard]] std::vector<TransitionId> heads() const { return graph_.heads(); }
  [[nodiscard]] std::size_t size() const { return graph_.size(); }
  [[nodiscard]] bool contains(const TransitionId& id) const { return graph_.find(id).has_value(); }
  /// Steps in canonical order: parents before children.
  [[nodiscard]] const std::vector<EntryPtr>& steps() const { return graph_.entries(); }
  /// Steps that are kept, but have no effect (any more).
  [[nodiscard]] std::vector<TransitionId> voided() const;
  [[nodiscard]] const Graph& graph() const { return graph_; }

 private:
  RosterLog() = default;
  Result<void> add(const Transition& step, std::size_t steps_max);
  Result<std::vector<std::size_t>> find_parents(const Transition& step) const;
  const State& state_after(const std::vector<std::size_t>& parents);
  Result<void> merge_steps(const std::vector<EntryPtr>& steps);
  void settle();

  Graph graph_;
  std::map<std::size_t, State> states_;  ///< What single steps and all before them come to, for some.
  std::vector<std::size_t> voided_;
  Roster roster_;
};

}  // namespace localscale::core::pool
