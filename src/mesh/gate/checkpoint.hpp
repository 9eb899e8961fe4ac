#pragma once

#include <string_view>
#include <vector>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "crypto/signing.hpp"
#include "mesh/gate/log_state.hpp"

namespace localscale::mesh::gate {

/// The domain in which checkpoints are signed.
inline constexpr std::string_view checkpoint_domain = "gate-checkpoint";

/// "This log has so many records, and this is the root over them." Signed, it can be kept by others, who
/// learn nothing of the records.
struct Checkpoint {
  LogId log{};
  std::uint64_t size = 0;
  crypto::Digest root{};
  UnixMs at;
  bool operator==(const Checkpoint&) const = default;
};

Bytes encode(const Checkpoint& checkpoint);
Bytes encode_signed(const Checkpoint& checkpoint, const crypto::SigningKey& key);
/// `corrupt` if it can't be read, or none of `keys` signed it.
Result<Checkpoint> read_checkpoint(ByteView bytes, const std::vector<crypto::PublicKey>& keys);

}  // namespace localscale::mesh::gate
