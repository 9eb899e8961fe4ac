#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/encoding.hpp"
#include "base/time.hpp"
#include "core/pool/charter.hpp"
#include "core/pool/home_facts.hpp"
#include "crypto/home_id.hpp"

namespace localscale::core::pool {

using crypto::HomeId;
using crypto::PublicKey;
using crypto::Signature;

/// Names a step of a pool's log: the hash of all its bytes, signatures too.
struct TransitionId {
  crypto::Digest hash{};
  auto operator<=>(const TransitionId&) const = default;
};

/// A pool is named by the step that founded it.
using PoolId = TransitionId;

/// A home makes a pool and is its first member.
struct CreatePool {
  PublicKey founder_key;
  HomeFacts founder;
  Charter charter;
  std::array<std::byte, 16> nonce{};  ///< Random: two pools of one founder are never the same.
  bool operator==(const CreatePool&) const = default;
};

/// Lets a home in. Its id is that of `key`, which must consent.
struct Admit {
  PublicKey key;
  HomeFacts facts;
  UnixMs until;  ///< When the entry lapses; 0: never.
  bool operator==(const Admit&) const = default;
};

/// Prolongs an entry. With a quorum's signatures it also gives the home a say.
struct Renew {
  HomeId home;
  UnixMs until;
  bool operator==(const Renew&) const = default;
};

/// The home's own old key gives way to a new one, which must consent; or a quorum says so, if it is lost.
struct RotateKey {
  HomeId home;
  PublicKey new_key;
  bool operator==(const RotateKey&) const = default;
};

/// A machine of the home is lost: its certificates are worth nothing from now on. The home or a quorum says
/// so.
struct RevokeNode {
  HomeId home;
  PublicKey node_key;
  bool operator==(const RevokeNode&) const = default;
};

/// Throws homes out, for good. They and their keys never come back.
struct Evict {
  std::vector<HomeId> homes;  ///< Ascending, each once.
  bool operator==(const Evict&) const = default;
};

/// The author goes. It may be admitted again.
struct Leave {
  bool operator==(const Leave&) const = default;
};

struct ChangeCharter {
  Charter charter;
  bool operator==(const ChangeCharter&) const = default;
};

/// The author says something new of itself.
struct SetFacts {
  HomeFacts facts;
  bool operator==(const SetFacts&) const = default;
};

using Act =
    std::variant<CreatePool, Admit, Renew, RotateKey, RevokeNode, Evict, Leave, ChangeCharter, SetFacts>;

inline constexpr std::size_t parents_max = 16;
inline constexpr std::size_t cosignatures_max = homes_max_limit;
inline constexpr std::size_t transition_bytes_max = 16'384;

/// What is signed. `made_at` is what the author's clock said: for people only, no rule asks it.
struct TransitionBody {
  HomeId author;
  UnixMs made_at;
  std::vector<TransitionId>
      parents;  ///< The log's heads as the author knew them, ascending; none only to create.
  Act act;
  bool operator==(const TransitionBody&) const = default;
};

struct CoSignature {
  HomeId home;
  Signature signature;
  bool operator==(const CoSignature&) const = default;
};

/// A step of the log. Others sign the body; the author signs last, over the body and all those signatures, so
/// that nobody can make another step from this one by leaving a signature out.
struct Transition {
  TransitionBody body;
  std::optional<Signature> consent;       ///< Of the key that the act brings in (Admit, RotateKey).
  std::vector<CoSignature> cosignatures;  ///< Ascending by home, each once, never the author.
  Signature seal;
  bool operator==(const Transition&) const = default;
};

Bytes encode(const TransitionBody& body);
Result<TransitionBody> decode_transition_body(ByteView bytes);
Bytes encode(const Transition& transition);
/// `corrupt` for all that `encode` would not have written, or that breaks a limit. Signatures are not looked
/// at.
Result<Transition> decode_transition(ByteView bytes);
TransitionId id_of(const Transition& transition);

/// The key that the act brings in, if it does.
std::optional<PublicKey> key_brought_in(const Act& act);

Signature cosign(const TransitionBody& body, const crypto::SigningKey& key);
Signature consent_to(const TransitionBody& body, const crypto::SigningKey& key);
/// Puts the step together and signs it. Sorts the co-signatures, keeps one of each home.
Transition seal(TransitionBody body, std::optional<Signature> consent, std::vector<CoSignature> cosignatures,
                const crypto::SigningKey& author_key);

bool verify_cosignature(const Transition& transition, const CoSignature& by, const PublicKey& key);
bool verify_consent(const Transition& transition);
bool verify_seal(const Transition& transition, const PublicKey& author_key);

}  // namespace localscale::core::pool
