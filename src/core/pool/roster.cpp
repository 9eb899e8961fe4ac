#include "core/pool/roster.hpp"

#include <algorithm>

namespace localscale::core::pool {

Roster::Roster(PoolId pool, Charter charter, std::map<HomeId, Member> members, std::set<HomeId> evicted,
               std::map<PublicKey, HomeId> keys_ever)
    : pool_(pool),
      charter_(std::move(charter)),
      members_(std::move(members)),
      evicted_(std::move(evicted)),
      keys_ever_(std::move(keys_ever)) {}

const Member* Roster::member(const HomeId& home) const {
  const auto found = members_.find(home);
  return found == members_.end() ? nullptr : &found->second;
}

std::optional<PublicKey> Roster::key_of(const HomeId& home) const {
  const Member* found = member(home);
  return found ? found->key : std::nullopt;
}

std::optional<HomeId> Roster::home_of(const PublicKey& key) const {
  const auto owner = owner_ever(key);
  return owner && key_of(*owner) == key ? owner : std::nullopt;
}

std::optional<HomeId> Roster::owner_ever(const PublicKey& key) const {
  const auto found = keys_ever_.find(key);
  return found == keys_ever_.end() ? std::nullopt : std::optional(found->second);
}

bool Roster::gave_up_a_key(const HomeId& home) const {
  return std::ranges::count_if(keys_ever_, [&](const auto& key) { return key.second == home; }) > 1;
}

bool Roster::may(const HomeId& home, Right right, UnixMs now) const {
  const Member* found = member(home);
  if (!found || !found->key || (found->until.ms != 0 && found->until < now)) return false;
  switch (right) {
    case Right::be_served:
      return true;
    case Right::decide:
      return found->has_say;
    case Right::admit_alone:
      return found->has_say && charter_.admission == AdmissionRule::any_member;
  }
  return false;
}

std::size_t Roster::with_say() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(members_, [](const auto& entry) { return entry.second.has_say; }));
}

std::size_t Roster::quorum() const {
  return pool::quorum(charter_, with_say());
}

std::size_t Roster::quorum_about(const std::vector<HomeId>& homes) const {
  const bool about_say = std::ranges::any_of(homes, [&](const HomeId& home) {
    const Member* found = member(home);
    return found && found->has_say;
  });
  return about_say ? quorum_against(charter_, with_say()) : quorum();
}

}  // namespace localscale::core::pool
