#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "core/privacy/label.hpp"
#include "core/privacy/place.hpp"
#include "core/privacy/purpose.hpp"
#include "crypto/home_id.hpp"
#include "crypto/signing.hpp"

namespace localscale::core::privacy {

/// 16 random bytes.
using Nonce = std::array<std::byte, 16>;

inline constexpr std::size_t rule_name_bytes_max = 64;
inline constexpr std::size_t envelope_bytes_max = 768;
/// The domain in which envelopes are signed.
inline constexpr std::string_view envelope_domain = "envelope";

/// What is said before anything passes the gate, and all that the gate and its log know of it
/// (docs/protocols/envelope.md). The content itself is not in it.
struct Envelope {
  Label label = Label::high;
  Kind kind = Kind::message;
  Purpose purpose = Purpose::control;
  crypto::HomeId source;
  Place destination;
  std::uint64_t byte_budget = 0;          ///< At most so many bytes go under it.
  std::optional<crypto::Digest> content;  ///< SHA-256 of these bytes, where it is known before.
  Nonce request{};  ///< The request that it belongs to: question and answer have the same.
  Nonce nonce{};    ///< Never used twice by a home.
  UnixMs not_before;
  UnixMs expires;    ///< For the opening: what was opened in time may go on.
  std::string rule;  ///< Under which it goes: what the log shows to the owner.

  bool operator==(const Envelope&) const = default;
};

Bytes encode(const Envelope& envelope);
/// `corrupt` for what encode does not write, and for an unknown version, label, kind or purpose.
Result<Envelope> decode_envelope(ByteView bytes);

/// An envelope as it was read, with the bytes that are signed.
struct SignedEnvelope {
  Envelope envelope;
  Bytes message;
  crypto::Signature signature;
};

Bytes encode_signed(const Envelope& envelope, const crypto::SigningKey& key);
/// Reads, does not verify.
Result<SignedEnvelope> decode_signed_envelope(ByteView bytes);

}  // namespace localscale::core::privacy
