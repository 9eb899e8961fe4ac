#include "mesh/gate/frame.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace localscale::mesh::gate {
namespace {

constexpr std::string_view magic = "LSG1";
constexpr std::string_view chain_domain = "localscale/gate-log/1";
constexpr std::size_t check_bytes = 8;
constexpr std::size_t checked_bytes = frame_header_bytes - check_bytes;
constexpr std::size_t chain_bytes = sizeof(crypto::Digest);

Bytes header_of(std::uint64_t first, std::size_t body_bytes) {
  Encoder out;
  out.fixed(bytes_of(magic)).u64(first).u32(static_cast<std::uint32_t>(body_bytes));
  const crypto::Digest check = crypto::sha256(out.written());
  return out.fixed(ByteView(check).first(check_bytes)).take();
}

/// What the header says, whether or not the rest is there.
std::optional<Frame> read_header(ByteView bytes) {
  if (bytes.size() < frame_header_bytes || !std::ranges::equal(bytes.first(magic.size()), bytes_of(magic)))
    return std::nullopt;
  Decoder in(bytes.subspan(magic.size(), checked_bytes - magic.size()));
  Frame frame;
  frame.first = in.u64();
  const std::size_t body_bytes = in.u32();
  frame.size = frame_header_bytes + body_bytes + chain_bytes;
  const Bytes header = header_of(frame.first, body_bytes);
  if (body_bytes > frame_body_bytes_max || !std::ranges::equal(bytes.first(frame_header_bytes), header))
    return std::nullopt;
  return frame;
}

}  // namespace

crypto::Digest chain_of(const Frame& frame, const crypto::Digest& previous) {
  return crypto::Sha256()
      .update(Encoder().text(chain_domain).fixed(previous).take())
      .update(header_of(frame.first, frame.body.size()))
      .update(frame.body)
      .digest();
}

Bytes encode_frame(std::uint64_t first, ByteView body, crypto::Digest& chain) {
  LS_ASSERT(body.size() <= frame_body_bytes_max);
  chain = chain_of({first, body, {}, 0}, chain);
  return Encoder().fixed(header_of(first, body.size())).fixed(body).fixed(chain).take();
}

std::optional<Frame> read_frame(ByteView bytes) {
  auto frame = read_header(bytes);
  if (!frame || bytes.size() < frame->size) return std::nullopt;
  frame->body = bytes.subspan(frame_header_bytes, frame->size - frame_header_bytes - chain_bytes);
  std::ranges::copy(bytes.subspan(frame->size - chain_bytes, chain_bytes), frame->chain.begin());
  return frame;
}

bool frame_claims_more(ByteView bytes) {
  const auto frame = read_header(bytes);
  return frame && bytes.size() < frame->size;
}

bool has_frame_behind(ByteView bytes) {
  const ByteView mark = bytes_of(magic);
  while (!bytes.empty()) {
    bytes = bytes.subspan(1);
    const auto found = std::ranges::search(bytes, mark);
    bytes = bytes.subspan(static_cast<std::size_t>(found.begin() - bytes.begin()));
    if (read_frame(bytes)) return true;
  }
  return false;
}

}  // namespace localscale::mesh::gate
