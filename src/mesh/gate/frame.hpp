#pragma once

#include <cstdint>
#include <optional>

#include "base/encoding.hpp"
#include "crypto/sha256.hpp"

namespace localscale::mesh::gate {

/// The log's unit of writing: one head of a file, or the records that became durable together. The next one
/// is begun only when this one is on the disk, so that only the last one can be incomplete.
///
///     "LSG1" | number of the first record u64 | body's length u32 | check of these 16 bytes, 8 | body |
///     chain 32
struct Frame {
  std::uint64_t first = 0;  ///< The sequence number of the first record in it; in a head, of the next one.
  ByteView body;
  crypto::Digest chain{};  ///< Of this frame and all before it.
  std::size_t size = 0;    ///< In bytes, all of it.
};

inline constexpr std::size_t frame_header_bytes = 24;
inline constexpr std::size_t frame_body_bytes_max = 1U << 20U;
inline constexpr std::size_t frame_bytes_max =
    frame_header_bytes + frame_body_bytes_max + sizeof(crypto::Digest);

/// The frame's bytes; `chain` is that of the frame before and becomes this one's.
Bytes encode_frame(std::uint64_t first, ByteView body, crypto::Digest& chain);

/// The frame at the beginning of `bytes`, if it is whole there; its chain is as it stands, not checked.
std::optional<Frame> read_frame(ByteView bytes);

/// Whether `bytes` begin with a frame's header that announces more than there is.
bool frame_claims_more(ByteView bytes);

/// The chain that the frame must have after `previous`.
crypto::Digest chain_of(const Frame& frame, const crypto::Digest& previous);

/// Whether a whole frame stands anywhere behind the beginning of `bytes`: then what is wrong at the beginning
/// is no write that was cut short.
bool has_frame_behind(ByteView bytes);

}  // namespace localscale::mesh::gate
