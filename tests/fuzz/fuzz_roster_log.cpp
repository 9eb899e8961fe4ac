// A log that is read at all is written again as it was. The input is tried as a whole log, and as steps
// behind one that is right: there signatures stop almost everything, and what they let through must keep the
// rules.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/pool/roster_log.hpp"

namespace {

using namespace localscale;
using namespace localscale::core::pool;

RosterLog small_log() {
  const crypto::SigningKey key(crypto::SigningKey::Seed{});
  const PublicKey founder = key.public_key();
  TransitionBody body{
      crypto::home_id(founder), {}, {}, CreatePool{founder, {.name = "a"}, {.pool_name = "b"}, {}}};
  return *RosterLog::create(seal(std::move(body), {}, {}, key));
}

/// The input as a body that the founder itself signs: every rule but the signature's is reached.
void try_signed(RosterLog log, ByteView bytes) {
  const crypto::SigningKey key(crypto::SigningKey::Seed{});
  auto body = decode_transition_body(bytes);
  if (!body) return;
  body->author = crypto::home_id(key.public_key());
  if (!body->parents.empty()) body->parents = log.heads();
  const Bytes before = log.encode();
  if (!log.append(seal(*body, {}, {}, key))) {
    if (log.encode() != before) std::abort();
    return;
  }
  const auto again = RosterLog::decode(log.encode());
  if (!again || again->roster() != log.roster()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const RosterLog small = small_log();
  const ByteView bytes = std::as_bytes(std::span(data, size));
  try_signed(small, bytes);
  const auto log = RosterLog::decode(bytes);
  if (!log) {
    if (log.error().what.empty()) std::abort();
    return 0;
  }
  if (!std::ranges::equal(log->encode(), bytes)) std::abort();
  return 0;
}
