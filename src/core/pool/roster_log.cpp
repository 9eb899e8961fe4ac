#include "core/pool/roster_log.hpp"

#include <algorithm>

#include "core/pool/late.hpp"

namespace localscale::core::pool {
namespace {

constexpr std::uint8_t log_version = 1;
constexpr std::size_t states_kept = 32;

/// A step made on this machine might be one that nobody else reads.
Result<void> check_form(const Transition& step) {
  const auto again = decode_transition(encode(step));
  if (!again) return tl::unexpected(again.error());
  if (*again == step) return {};
  return fail(Errc::invalid_argument, "A step of the roster is not in its one form; nothing was changed.");
}

}  // namespace

Result<RosterLog> RosterLog::create(const Transition& creation) {
  RosterLog log;
  if (auto added = log.add(creation, 1); !added) return tl::unexpected(added.error());
  log.settle();
  return log;
}

Result<void> RosterLog::append(const Transition& step) {
  const std::size_t before = size();
  if (auto added = add(step, log_steps_max_alone); !added) return added;
  if (size() > before) settle();
  return {};
}

Result<void> RosterLog::add(const Transition& step, std::size_t steps_max_alone) {
  if (auto formed = check_form(step); !formed) return formed;
  auto entry = std::make_shared<Entry>(Entry{step, id_of(step), 0, {}});
  if (contains(entry->id)) return {};
  const auto parents = find_parents(step);
  if (!parents) return tl::unexpected(parents.error());
  for (const std::size_t parent : *parents)
    entry->depth = std::max(entry->depth, graph_.at(parent).depth + 1);
  const auto judged =
      parents->empty() ? judge_creation(step) : judge(roster_of(state_after(*parents), graph_), step);
  if (!judged) return tl::unexpected(judged.error());
  entry->judgement = *judged;
  if (size() >= (judged->decision ? log_steps_max : steps_max_alone))
    return fail(Errc::exhausted, "The pool's log is full; the step was not taken.",
                "Only what a quorum decides still fits in.");
  graph_.insert({entry});
  if (graph_.find(entry->id) != size() - 1) states_.clear();  // All places moved.
  return {};
}

Result<std::vector<std::size_t>> RosterLog::find_parents(const Transition& step) const {
  std::vector<std::size_t> places;
  if (step.body.parents.empty()) {
    if (size() == 0) return places;
    return fail(Errc::denied, "A step creates another pool; nothing was changed.");
  }
  for (const TransitionId& parent : step.body.parents) {
    const auto place = graph_.find(parent);
    if (!place)
      return fail(Errc::not_found,
                  "A step of the roster comes after one that is missing here; it was not taken.",
                  "Ask for the missing step first.");
    places.push_back(*place);
  }
  for (const std::size_t a : places)
    for (const std::size_t b : places)
      if (graph_.precedes(a, b))
        return fail(Errc::corrupt, "A step of the roster names a parent of its parent; it was not taken.");
  return places;
}

const State& RosterLog::state_after(const std::vector<std::size_t>& parents) {
  if (states_.size() >= states_kept) states_.erase(states_.begin());
  if (parents.size() > 1) {
    const PlaceSet view = graph_.closure(parents);
    // No place of its own: kept only until the next one of its kind.
    return states_[log_steps_max] = resolve(graph_, view);
  }
  const std::size_t parent = parents.front();
  const auto known = states_.find(parent);
  if (known != states_.end()) return known->second;
  const auto& grandparents = graph_.at(parent).step.body.parents;
  const auto before =
      grandparents.size() == 1 ? states_.find(*graph_.find(grandparents.front())) : states_.end();
  if (before == states_.end()) return states_[parent] = resolve(graph_, graph_.closure({parent}));
  State state = before->second;
  resolve_next(state, graph_, parent);
  return states_[parent] = std::move(state);
}

void RosterLog::settle() {
  std::vector<std::size_t> heads;
  for (const TransitionId& head : graph_.heads()) heads.push_back(*graph_.find(head));
  const State& state = state_after(heads);
  roster_ = roster_of(state, graph_);
  voided_ = state.voided;
}

Result<void> RosterLog::merge(const RosterLog& other) {
  if (other.pool() != pool())
    return fail(Errc::denied, "The other log is another pool's; nothing was changed.");
  return merge_steps(other.steps());
}

Result<void> RosterLog::merge_steps(const std::vector<EntryPtr>& steps) {
  Graph both = graph_;
  both.insert(steps);
  if (both.size() > log_steps_max)
    return fail(Errc::exhausted, "Both logs together have more steps than a log holds; nothing was changed.");
  if (both.size() == size()) return {};
  graph_ = std::move(both);
  states_.clear();
  settle();
  return {};
}

Result<std::vector<TransitionId>> RosterLog::take(const RosterLog& other) {
  if (other.pool() != pool())
    return fail(Errc::denied, "The other log is another pool's; nothing was changed.");
  const News news = sort_news(*this, other);
  if (auto merged = merge_steps(news.in_time); !merged) return tl::unexpected(merged.error());
  return news.late;
}

Result<void> RosterLog::take(const Transition& step) {
  RosterLog with = *this;
  if (auto appended = with.append(step); !appended) return appended;
  if (!sort_news(*this, with).late.empty())
    return fail(Errc::conflict,
                "A step of the roster comes too late: a quorum has built on what it would change.",
                "Ask who signed it why it was held back.");
  *this = std::move(with);
  return {};
}

std::vector<TransitionId> RosterLog::parents_for_next() const {
  std::vector<TransitionId> parents = graph_.heads();
  if (parents.size() > parents_max) parents.resize(parents_max);
  return parents;
}

std::vector<TransitionId> RosterLog::voided() const {
  std::vector<TransitionId> ids;
  ids.reserve(voided_.size());
  for (const std::size_t place : voided_) ids.push_back(graph_.at(place).id);
  return ids;
}

Bytes RosterLog::encode() const {
  Encoder into;
  into.u8(log_version).u32(static_cast<std::uint32_t>(size()));
  for (const EntryPtr& entry : steps()) into.bytes(pool::encode(entry->step));
  return into.take();
}

Result<RosterLog> RosterLog::decode(ByteView bytes) {
  constexpr std::string_view what = "The pool's log";
  Decoder from(bytes);
  if (bytes.size() > log_bytes_max) from.refuse("it is larger than allowed");
  if (from.u8() != log_version) from.refuse("it is of a version that is not known here");
  const std::size_t steps = from.count(log_steps_max);
  if (steps == 0) from.refuse("it is empty");
  RosterLog log;
  for (std::size_t i = 0; i < steps && !from.failed(); ++i) {
    const Bytes encoded = from.bytes(transition_bytes_max);
    if (from.failed()) break;
    const auto step = decode_transition(encoded);
    if (!step) return tl::unexpected(step.error());
    if (auto added = log.add(*step, log_steps_max); !added) return tl::unexpected(added.error());
    if (log.graph_.find(id_of(*step)) != i) from.refuse("its steps are not in order");
  }
  if (auto read = from.finish(what); !read) return tl::unexpected(read.error());
  log.settle();
  return log;
}

}  // namespace localscale::core::pool
