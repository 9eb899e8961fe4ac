#include "core/pool/rules.hpp"

#include <algorithm>

namespace localscale::core::pool {
namespace {

constexpr std::size_t revoked_nodes_max = 64;

tl::unexpected<Error> refuse(Errc code, std::string why) {
  return fail(code, "The roster doesn't take this step: " + std::move(why) + " Nothing was changed.");
}

bool contains(const std::vector<HomeId>& homes, const HomeId& home) {
  return std::ranges::find(homes, home) != homes.end();
}

Result<void> check_signer(const Roster& past, const Transition& step, const CoSignature& by) {
  const auto key = past.key_of(by.home);
  if (!key) return refuse(Errc::denied, "a home that signed it is no member.");
  if (by.home == step.body.author) return refuse(Errc::denied, "its author signed it twice.");
  if (contains(about(step.body.act), by.home))
    return refuse(Errc::denied, "a home that it is about signed it.");
  if (!past.member(by.home)->has_say) return refuse(Errc::denied, "a home without a say signed it.");
  if (!verify_cosignature(step, by, *key)) return refuse(Errc::corrupt, "a signature is not right.");
  return {};
}

Result<void> check_signatures(const Roster& past, const Transition& step) {
  const auto key = past.key_of(step.body.author);
  if (!key) return refuse(Errc::denied, "its author is no member, or its key is disputed.");
  for (const CoSignature& by : step.cosignatures)
    if (auto checked = check_signer(past, step, by); !checked) return checked;
  if (!verify_consent(step))
    return refuse(Errc::corrupt, "the key that it brings in did not consent, or it brings in none.");
  if (!verify_seal(step, *key)) return refuse(Errc::corrupt, "its author's signature is not right.");
  return {};
}

/// Judges a step by its kind. Signatures are right by then.
class Judge {
 public:
  Judge(const Roster& past, const Transition& step) : past_(past), step_(step) {}

  Result<Judgement> operator()(const CreatePool& /*act*/) const {
    return refuse(Errc::conflict, "a pool is created only once.");
  }

  Result<Judgement> operator()(const Admit& act) const {
    const HomeId home = crypto::home_id(act.key);
    if (past_.is_evicted(home)) return refuse(Errc::denied, "the home was thrown out, for good.");
    if (past_.is_member(home)) return refuse(Errc::conflict, "the home is a member already.");
    if (const auto owner = past_.owner_ever(act.key); owner && owner != home)
      return refuse(Errc::conflict, "the home's key is or was another home's.");
    if (past_.gave_up_a_key(home))
      return refuse(Errc::denied, "the home gave up this key; it comes back as a new home.");
    if (past_.members().size() >= past_.charter().homes_max)
      return refuse(Errc::exhausted, "the charter allows no more homes.");
    if (auto checked = check_until(act.until); !checked) return tl::unexpected(checked.error());
    const bool alone = past_.charter().admission == AdmissionRule::any_member;
    auto judgement = by_vote(alone ? 1 : past_.quorum());
    if (!judgement) return judgement;
    judgement->guests_max = past_.charter().guests_per_sponsor;
    if (!judgement->decision && guests_of_author() >= judgement->guests_max)
      return refuse(Errc::exhausted, "its author let in as many guests as the charter allows.");
    return judgement;
  }

  Result<Judgement> operator()(const Renew& act) const {
    if (auto checked = check_member(act.home); !checked) return tl::unexpected(checked.error());
    if (auto checked = check_until(act.until); !checked) return tl::unexpected(checked.error());
    const std::size_t others = past_.with_say() - (past_.member(act.home)->has_say ? 1 : 0);
    return by_vote(std::clamp<std::size_t>(past_.charter().renewers, 1, std::max<std::size_t>(others, 1)));
  }

  Result<Judgement> operator()(const RotateKey& act) const {
    if (past_.owner_ever(act.new_key)) return refuse(Errc::conflict, "the new key is or was in use.");
    return own_or_quorum(act.home);
  }

  Result<Judgement> operator()(const RevokeNode& act) const {
    auto judgement = own_or_quorum(act.home);
    if (judgement && past_.member(act.home)->revoked_nodes.size() >= revoked_nodes_max)
      return refuse(Errc::exhausted, "the home revoked as many machines as there may be.");
    return judgement;
  }

  Result<Judgement> operator()(const Evict& act) const {
    for (const HomeId& home : act.homes)
      if (auto checked = check_member(home); !checked) return tl::unexpected(checked.error());
    return by_vote(past_.quorum_about(act.homes));
  }

  Result<Judgement> operator()(const Leave& /*act*/) const { return own(); }
  Result<Judgement> operator()(const SetFacts& /*act*/) const { return own(); }
  Result<Judgement> operator()(const ChangeCharter& /*act*/) const { return by_vote(past_.quorum()); }

 private:
  [[nodiscard]] Result<Judgement> own() const {
    if (!step_.cosignatures.empty())
      return refuse(Errc::denied, "it is its author's own matter, and others signed it.");
    return Judgement{.own = true};
  }

  [[nodiscard]] Result<Judgement> own_or_quorum(const HomeId& home) const {
    if (auto checked = check_member(home); !checked) return tl::unexpected(checked.error());
    return home == step_.body.author ? own() : by_vote(past_.quorum_about({home}));
  }

  /// The author and all others have a say, are distinct, and none is whom the step is about.
  [[nodiscard]] Result<Judgement> by_vote(std::size_t needed) const {
    const std::vector<HomeId> targets = about(step_.body.act);
    const bool only_one = past_.with_say() == 1 && std::holds_alternative<Renew>(step_.body.act);
    if (contains(targets, step_.body.author) && !only_one)
      return refuse(Errc::denied, "its author is whom it is about.");
    if (!past_.member(step_.body.author)->has_say)
      return refuse(Errc::denied, "its author has no say: a quorum must give it one first.");
    const std::size_t votes = signers(step_).size();
    if (votes < needed)
      return refuse(Errc::denied, "it needs " + std::to_string(needed) + " homes with a say, and " +
                                      std::to_string(votes) + " signed it.");
    const std::size_t quorum = past_.quorum_about(targets);
    return Judgement{.decision = votes >= quorum, .needed = needed, .say_needed = quorum};
  }

  [[nodiscard]] Result<void> check_member(const HomeId& home) const {
    if (past_.is_member(home)) return {};
    return refuse(Errc::not_found, "a home that it is about is no member.");
  }

  [[nodiscard]] Result<void> check_until(UnixMs until) const {
    const std::int64_t days = past_.charter().entry_days;
    if (days == 0) return {};
    if (until.ms == 0 || until.ms / day_ms > step_.body.made_at.ms / day_ms + days)
      return refuse(Errc::denied, "the entry would last longer than the charter allows.");
    return {};
  }

  [[nodiscard]] std::size_t guests_of_author() const {
    return static_cast<std::size_t>(std::ranges::count_if(past_.members(), [&](const auto& entry) {
      return !entry.second.has_say && entry.second.sponsor == step_.body.author;
    }));
  }

  const Roster& past_;
  const Transition& step_;
};

}  // namespace

std::vector<HomeId> signers(const Transition& step) {
  std::vector<HomeId> homes{step.body.author};
  for (const CoSignature& by : step.cosignatures) homes.push_back(by.home);
  return homes;
}

std::vector<HomeId> about(const Act& act) {
  if (const auto* renew = std::get_if<Renew>(&act)) return {renew->home};
  if (const auto* evict = std::get_if<Evict>(&act)) return evict->homes;
  if (const auto* rotate = std::get_if<RotateKey>(&act)) return {rotate->home};
  if (const auto* revoke = std::get_if<RevokeNode>(&act)) return {revoke->home};
  return {};
}

Result<Judgement> judge(const Roster& past, const Transition& step) {
  if (auto checked = check_signatures(past, step); !checked) return tl::unexpected(checked.error());
  return std::visit(Judge(past, step), step.body.act);
}

Result<Judgement> judge_creation(const Transition& step) {
  const auto* create = std::get_if<CreatePool>(&step.body.act);
  if (!create) return refuse(Errc::not_found, "its log begins with another step than the pool's creation.");
  if (step.body.author != crypto::home_id(create->founder_key) || !step.body.parents.empty())
    return refuse(Errc::denied, "a pool is created by its founder, before all other steps.");
  if (!step.cosignatures.empty() || step.consent)
    return refuse(Errc::denied, "a pool's founder signs alone.");
  if (!verify_seal(step, create->founder_key))
    return refuse(Errc::corrupt, "its author's signature is not right.");
  return Judgement{.own = true, .decision = true};
}

}  // namespace localscale::core::pool
