#include "core/pool/resolve.hpp"

#include <algorithm>
#include <tuple>

namespace localscale::core::pool {
namespace {

/// From which steps on a home's signature counts only if it was known to them, or knew them.
struct Cuts {
  std::map<HomeId, std::vector<std::size_t>> by_quorum;  ///< It was thrown out, or others changed its key.
  std::map<HomeId, std::vector<std::size_t>> by_itself;  ///< It changed its key.
};

Cuts cuts_in(const Graph& graph, const PlaceSet& view) {
  Cuts cuts;
  for (std::size_t place = 0; place < graph.size(); ++place) {
    if (!view.contains(place)) continue;
    const Entry& entry = graph.at(place);
    if (const auto* evict = std::get_if<Evict>(&entry.step.body.act))
      for (const HomeId& home : evict->homes) cuts.by_quorum[home].push_back(place);
    if (const auto* rotate = std::get_if<RotateKey>(&entry.step.body.act))
      (entry.judgement.own ? cuts.by_itself : cuts.by_quorum)[rotate->home].push_back(place);
  }
  return cuts;
}

/// Applies one step to the state. `false` as the answer of an operator: the step is void.
class Step {
 public:
  Step(State& state, const Graph& graph, const Cuts& cuts, std::size_t place)
      : state_(state), graph_(graph), cuts_(cuts), place_(place), entry_(graph.at(place)) {}

  void apply() {
    if (!std::visit(*this, entry_.step.body.act)) state_.voided.push_back(place_);
  }

  bool operator()(const CreatePool& act) {
    state_.pool = entry_.id;
    state_.charters = {place_};
    const std::int64_t days = act.charter.entry_days;
    Record& founder =
        let_in(act.founder_key, act.founder, {days == 0 ? 0 : entry_.step.body.made_at.ms + days * day_ms});
    founder.member.has_say = true;
    return true;
  }

  bool operator()(const Admit& act) {
    const HomeId home = crypto::home_id(act.key);
    if (state_.evicted.contains(home) || belongs_to_another(act.key, home)) return false;
    const auto known = find(home);
    if ((!known || known->left) && gave_up_a_key(home)) return false;
    const std::size_t votes = count_votes();
    const bool stands = votes >= entry_.judgement.needed && (say_given(votes) || guest_has_room());
    if (known && !known->left) return join_again(*known, act, votes, stands);
    Record& record = let_in(act.key, act.facts, act.until);
    record.fallen = !stands;
    record.member.has_say = stands && say_given(votes);
    return stands;
  }

  bool operator()(const Renew& act) {
    Record* record = find(act.home);
    const std::size_t votes = count_votes();
    if (!record || votes < entry_.judgement.needed) return false;
    record->member.until = later(record->member.until, act.until);
    if (!say_given(votes)) return true;
    record->member.has_say = true;
    record->fallen = false;
    return true;
  }

  bool operator()(const RotateKey& act) {
    Record* record = find(act.home);
    if (!record || !allowed() || belongs_to_another(act.new_key, act.home)) return false;
    state_.keys_ever[act.new_key] = act.home;
    supersede(record->rotations);
    return true;
  }

  bool operator()(const RevokeNode& act) {
    Record* record = find(act.home);
    if (!record || !allowed()) return false;
    record->member.revoked_nodes.insert(act.node_key);
    return true;
  }

  // Who was thrown out by a quorum of those who were members then is out, whatever else happened meanwhile.
  bool operator()(const Evict& act) {
    for (const HomeId& home : act.homes) {
      state_.evicted.insert(home);
      state_.records.erase(home);
    }
    return true;
  }

  bool operator()(const Leave& /*act*/) {
    Record* record = find(entry_.step.body.author);
    if (!record || !allowed()) return false;
    record->left = true;
    return true;
  }

  bool operator()(const ChangeCharter& /*act*/) {
    if (!allowed()) return false;
    supersede(state_.charters);
    return true;
  }

  bool operator()(const SetFacts& /*act*/) {
    Record* record = find(entry_.step.body.author);
    if (!record || !allowed()) return false;
    supersede(record->facts);
    return true;
  }

 private:
  Record* find(const HomeId& home) {
    const auto found = state_.records.find(home);
    return found == state_.records.end() ? nullptr : &found->second;
  }

  Record& let_in(const PublicKey& key, const HomeFacts& facts, UnixMs until) {
    const HomeId home = crypto::home_id(key);
    Record record;
    record.member.home = home;
    record.member.facts = facts;
    record.member.sponsor = entry_.step.body.author;
    record.member.until = until;
    record.first_key = key;
    state_.keys_ever[key] = home;
    return state_.records[home] = std::move(record);
  }

  /// Two let the same home in without knowing of each other.
  bool join_again(Record& record, const Admit& act, std::size_t votes, bool stands) {
    if (!stands) return false;
    if (record.fallen) record.member.sponsor = entry_.step.body.author;
    record.fallen = false;
    record.member.until = later(record.member.until, act.until);
    record.member.has_say = record.member.has_say || say_given(votes);
    return true;
  }

  /// A home that changed its key and left comes back as a new one: the old key may be in wrong hands.
  [[nodiscard]] bool gave_up_a_key(const HomeId& home) const {
    return std::ranges::count_if(state_.keys_ever, [&](const auto& key) { return key.second == home; }) > 1;
  }

  [[nodiscard]] bool belongs_to_another(const PublicKey& key, const HomeId& home) const {
    const auto owner = state_.keys_ever.find(key);
    return owner != state_.keys_ever.end() && owner->second != home;
  }

  /// Adds this step to those that may hold, in place of those that it knew of.
  void supersede(std::vector<std::size_t>& standing) {
    std::erase_if(standing, [&](std::size_t place) { return graph_.precedes(place, place_); });
    standing.push_back(place_);
  }

  static UnixMs later(UnixMs a, UnixMs b) { return a.ms == 0 || b.ms == 0 ? UnixMs{0} : std::max(a, b); }

  [[nodiscard]] bool say_given(std::size_t votes) const { return votes >= entry_.judgement.say_needed; }

  [[nodiscard]] bool guest_has_room() const {
    const auto guests = std::ranges::count_if(state_.records, [&](const auto& entry) {
      const Record& record = entry.second;
      return !record.fallen && !record.left && !record.member.has_say &&
             record.member.sponsor == entry_.step.body.author;
    });
    return static_cast<std::size_t>(guests) < entry_.judgement.guests_max;
  }

  [[nodiscard]] bool allowed() const {
    if (entry_.judgement.own) return !is_cut(entry_.step.body.author);
    return count_votes() >= entry_.judgement.needed;
  }

  [[nodiscard]] std::size_t count_votes() const {
    const std::vector<HomeId> all = signers(entry_.step);
    return static_cast<std::size_t>(std::ranges::count_if(all, [&](const HomeId& home) {
      const auto record = state_.records.find(home);
      return record != state_.records.end() && record->second.member.has_say && !is_cut(home);
    }));
  }

  [[nodiscard]] bool is_cut(const HomeId& home) const {
    if (concurrent_with_any(cuts_.by_quorum, home)) return true;
    // A key that was stolen and given up must not undo by itself what a quorum decided. Rotations meet below.
    const bool rotates = entry_.judgement.own && std::holds_alternative<RotateKey>(entry_.step.body.act);
    return !entry_.judgement.decision && !rotates && concurrent_with_any(cuts_.by_itself, home);
  }

  [[nodiscard]] bool concurrent_with_any(const std::map<HomeId, std::vector<std::size_t>>& cuts,
                                         const HomeId& home) const {
    const auto found = cuts.find(home);
    return found != cuts.end() && std::ranges::any_of(found->second, [&](std::size_t cut) {
             return graph_.concurrent(cut, place_);
           });
  }

  State& state_;
  const Graph& graph_;
  const Cuts& cuts_;
  std::size_t place_;
  const Entry& entry_;
};

/// Of charters that don't know of each other the one that more homes signed holds; then the smaller id.
const Charter& charter_of(const State& state, const Graph& graph) {
  const auto winner = std::ranges::min(state.charters, {}, [&](std::size_t place) {
    const Entry& entry = graph.at(place);
    return std::tuple(-static_cast<std::ptrdiff_t>(signers(entry.step).size()), entry.id);
  });
  const Act& act = graph.at(winner).step.body.act;
  if (const auto* create = std::get_if<CreatePool>(&act)) return create->charter;
  return std::get<ChangeCharter>(act).charter;
}

/// A quorum's word on the key goes before the home's own; of several quorums' the one with more signers, then
/// the smaller id. Two own ones can't both be the home's: none holds.
std::optional<PublicKey> key_of(const Record& record, const Graph& graph) {
  if (record.rotations.empty()) return record.first_key;
  const auto rank = [&](std::size_t place) {
    const Entry& entry = graph.at(place);
    return std::tuple(entry.judgement.own, -static_cast<std::ptrdiff_t>(signers(entry.step).size()),
                      entry.id);
  };
  const auto winner = std::ranges::min(record.rotations, {}, rank);
  if (graph.at(winner).judgement.own && record.rotations.size() > 1) return std::nullopt;
  return std::get<RotateKey>(graph.at(winner).step.body.act).new_key;
}

/// A home contradicts only itself here: what its clock called later holds; then the greater id.
const HomeFacts& facts_of(const Record& record, const Graph& graph) {
  if (record.facts.empty()) return record.member.facts;
  const auto winner = std::ranges::max(record.facts, {}, [&](std::size_t place) {
    return std::tuple(graph.at(place).step.body.made_at, graph.at(place).id);
  });
  return std::get<SetFacts>(graph.at(winner).step.body.act).facts;
}

}  // namespace

State resolve(const Graph& graph, const PlaceSet& view) {
  const Cuts cuts = cuts_in(graph, view);
  State state;
  for (std::size_t place = 0; place < graph.size(); ++place)
    if (view.contains(place)) Step(state, graph, cuts, place).apply();
  return state;
}

void resolve_next(State& state, const Graph& graph, std::size_t place) {
  Step(state, graph, Cuts{}, place).apply();
}

Roster roster_of(const State& state, const Graph& graph) {
  std::map<HomeId, Member> members;
  for (const auto& [home, record] : state.records) {
    if (record.fallen || record.left) continue;
    Member member = record.member;
    member.key = key_of(record, graph);
    member.facts = facts_of(record, graph);
    members.emplace(home, std::move(member));
  }
  return {state.pool, charter_of(state, graph), std::move(members), state.evicted, state.keys_ever};
}

}  // namespace localscale::core::pool
