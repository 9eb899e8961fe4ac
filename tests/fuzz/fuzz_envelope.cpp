// Any bytes are an envelope, which is written again as the same, or none; and none passes that nobody signed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/privacy/envelope_check.hpp"

namespace {

using namespace localscale;
using namespace localscale::core::privacy;

/// Everybody is a member.
class Everybody final : public Members {
 public:
  [[nodiscard]] std::optional<crypto::PublicKey> key_of(const crypto::HomeId& /*home*/) const override {
    static const crypto::PublicKey key = crypto::SigningKey(crypto::SigningKey::Seed{}).public_key();
    return key;
  }
};

void check_leaves_nothing_high(const Envelope& envelope) {
  const Everybody members;
  Place own = envelope.destination;
  own.home = envelope.source;
  for (const Origin origin : {Origin::house, Origin::keeper}) {
    const LeavingContext context{own, Tier::global, origin, envelope.not_before, members};
    const auto refusal = check_leaving(envelope, context);
    const bool sealed = envelope.purpose == Purpose::backup && origin == Origin::keeper;
    if (!refusal && envelope.label == Label::high && !sealed) std::abort();
    if (refusal && refusal->what.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  if (const auto envelope = decode_envelope(bytes)) {
    const Bytes again = encode(*envelope);
    if (!std::ranges::equal(again, bytes)) std::abort();
    check_leaves_nothing_high(*envelope);
  }
  const Everybody members;
  const ReplayWindow seen({0});
  const auto read = decode_signed_envelope(bytes);
  const ArrivingContext context{read ? read->envelope.destination : Place{}, Tier::neighbourhood,
                                read ? read->envelope.not_before : UnixMs{0}, members,
                                read ? std::optional(read->envelope.source) : std::nullopt};
  if (check_arriving(bytes, seen, context)) std::abort();
  return 0;
}
