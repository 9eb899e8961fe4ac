#pragma once

#include <optional>

#include <tl/expected.hpp>

#include "base/encoding.hpp"
#include "base/time.hpp"
#include "core/privacy/envelope.hpp"
#include "core/privacy/refusal.hpp"
#include "core/privacy/replay_window.hpp"

namespace localscale::core::privacy {

/// The longest time between an envelope's not_before and expires.
inline constexpr std::int64_t lifetime_max_ms = 600'000;

/// What the gate knows of other homes: the roster, seen from here.
class Members {
 public:
  virtual ~Members() = default;
  /// The key that a home signs with; nothing for a home that is not, or no longer, a member.
  [[nodiscard]] virtual std::optional<crypto::PublicKey> key_of(const crypto::HomeId& home) const = 0;
};

struct LeavingContext {
  Place own;        ///< This home's whole address.
  Tier gate_reach;  ///< The farthest tier that this gate serves.
  Origin origin;    ///< Who hands it over.
  UnixMs now;
  const Members& members;
};

/// Whether what this home's own processes ask for may leave; the refusal if not. Pure: the same values give
/// the same answer. Anything not known is a refusal.
std::optional<Refusal> check_leaving(const Envelope& envelope, const LeavingContext& context);

struct ArrivingContext {
  Place own;
  /// The farthest tier that this gate serves: what arrives may have come from there.
  Tier gate_reach;
  UnixMs now;
  const Members& members;
  /// The home at the other end of the connection; nothing if it came by the post office (NATS).
  std::optional<crypto::HomeId> peer;
};

/// The envelope of a signed one that came from outside, if it may come in. Pure.
tl::expected<Envelope, Refusal> check_arriving(ByteView signed_envelope, const ReplayWindow& seen,
                                               const ArrivingContext& context);

/// check_arriving, and remembers what it lets in.
tl::expected<Envelope, Refusal> admit(ByteView signed_envelope, ReplayWindow& seen,
                                      const ArrivingContext& context);

}  // namespace localscale::core::privacy
