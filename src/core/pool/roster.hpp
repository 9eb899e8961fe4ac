#pragma once

#include <map>
#include <optional>
#include <set>

#include "base/time.hpp"
#include "core/pool/charter.hpp"
#include "core/pool/home_facts.hpp"
#include "core/pool/transition.hpp"

namespace localscale::core::pool {

/// An entry of the roster.
struct Member {
  HomeId home;
  std::optional<PublicKey>
      key;  ///< Nothing: two new keys claim to follow the old one; a quorum must name one.
  HomeFacts facts;
  bool has_say = false;  ///< Counts in quorums. Others are guests: they are served, and decide nothing.
  HomeId sponsor;        ///< Who let it in; the home itself for the founder.
  UnixMs until;          ///< When the entry lapses unless it is renewed; 0: never.
  std::set<PublicKey> revoked_nodes;
  bool operator==(const Member&) const = default;
};

enum class Right {
  be_served,    ///< A member whose key is not disputed and whose entry has not lapsed.
  admit_alone,  ///< Let homes in without asking others.
  decide,       ///< Count in a quorum.
};

/// Who is in the pool, and under which rules: what a log of transitions comes to.
class Roster {
 public:
  Roster() = default;
  Roster(PoolId pool, Charter charter, std::map<HomeId, Member> members, std::set<HomeId> evicted,
         std::map<PublicKey, HomeId> keys_ever);

  [[nodiscard]] const PoolId& pool() const { return pool_; }
  [[nodiscard]] const Charter& charter() const { return charter_; }
  [[nodiscard]] const std::map<HomeId, Member>& members() const { return members_; }
  /// Nothing for who isn't in it. The pointer lives as long as the roster.
  [[nodiscard]] const Member* member(const HomeId& home) const;
  [[nodiscard]] bool is_member(const HomeId& home) const { return member(home) != nullptr; }
  /// The key to pin; nothing for others than members, and while it is disputed.
  [[nodiscard]] std::optional<PublicKey> key_of(const HomeId& home) const;
  /// The member whose key this is now.
  [[nodiscard]] std::optional<HomeId> home_of(const PublicKey& key) const;
  [[nodiscard]] bool is_evicted(const HomeId& home) const { return evicted_.contains(home); }
  [[nodiscard]] const std::set<HomeId>& evicted() const { return evicted_; }
  /// Whose key this is or was, members' or not. No key is ever brought in twice.
  [[nodiscard]] std::optional<HomeId> owner_ever(const PublicKey& key) const;
  /// A home that had more than one key and left: it comes back as a new one.
  [[nodiscard]] bool gave_up_a_key(const HomeId& home) const;
  [[nodiscard]] bool may(const HomeId& home, Right right, UnixMs now) const;

  [[nodiscard]] std::size_t with_say() const;
  /// How many with a say decide: in general, and about these homes (quorum_against where one has a say).
  [[nodiscard]] std::size_t quorum() const;
  [[nodiscard]] std::size_t quorum_about(const std::vector<HomeId>& homes) const;

  bool operator==(const Roster&) const = default;

 private:
  PoolId pool_;
  Charter charter_;
  std::map<HomeId, Member> members_;
  std::set<HomeId> evicted_;
  std::map<PublicKey, HomeId> keys_ever_;
};

}  // namespace localscale::core::pool
