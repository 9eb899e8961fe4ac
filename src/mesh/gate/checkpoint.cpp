#include "mesh/gate/checkpoint.hpp"

#include <algorithm>

namespace localscale::mesh::gate {
namespace {

constexpr std::uint8_t version = 1;

}  // namespace

Bytes encode(const Checkpoint& checkpoint) {
  return Encoder()
      .u8(version)
      .fixed(checkpoint.log)
      .u64(checkpoint.size)
      .fixed(checkpoint.root)
      .u64(static_cast<std::uint64_t>(checkpoint.at.ms))
      .take();
}

Bytes encode_signed(const Checkpoint& checkpoint, const crypto::SigningKey& key) {
  const Bytes message = encode(checkpoint);
  return Encoder().fixed(message).fixed(key.sign(checkpoint_domain, message).bytes).take();
}

Result<Checkpoint> read_checkpoint(ByteView bytes, const std::vector<crypto::PublicKey>& keys) {
  Decoder in(bytes);
  Checkpoint checkpoint;
  crypto::Signature signature;
  if (in.u8() != version) in.refuse("its version is not known here");
  in.fixed(checkpoint.log);
  checkpoint.size = in.u64();
  in.fixed(checkpoint.root);
  checkpoint.at = {static_cast<std::int64_t>(in.u64())};
  in.fixed(signature.bytes);
  if (auto ended = in.finish("The checkpoint of the gate's log"); !ended)
    return tl::unexpected(ended.error());
  const Bytes message = encode(checkpoint);
  const bool ours = std::ranges::any_of(keys, [&](const crypto::PublicKey& key) {
    return crypto::verify(key, checkpoint_domain, message, signature);
  });
  if (!ours) return fail(Errc::corrupt, "The checkpoint of the gate's log is not signed by this home's key.");
  return checkpoint;
}

}  // namespace localscale::mesh::gate
