// Any bytes are a file of the gate's log up to some frame, or an error with words. The first byte chooses: a
// file as it stands, the bodies of frames that are chained rightly, so that what lies behind the hashes is
// reached, or one record.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "mesh/gate/checkpoint.hpp"
#include "mesh/gate/frame.hpp"
#include "mesh/gate/log_reader.hpp"

namespace {

using namespace localscale;
using namespace localscale::mesh::gate;

void check_file(ByteView bytes) {
  std::uint64_t records = 0;
  const auto read = read_log_file(bytes, std::nullopt, [&](const LogState& state, const Record* record) {
    records += record == nullptr ? 0 : 1;
    if (state.next() < records) std::abort();
    return Result<void>{};
  });
  if (!read && read.error().what.empty()) std::abort();
  if (!read) return;
  if (read->good_bytes > bytes.size() || read->torn != (read->good_bytes < bytes.size())) std::abort();
  // What was whole is the same without what was not.
  const auto again = read_log_file(bytes.first(read->good_bytes), std::nullopt,
                                   [](const LogState&, const Record*) { return Result<void>{}; });
  if (!again || again->state != read->state) std::abort();
}

/// Each part of the input, after its length in two bytes, as the body of a frame of a log that begins with a
/// right head.
void check_bodies(ByteView bytes) {
  LogState state;
  state.file = 1;
  Bytes file = encode_frame(0, encode_head(state), state.chain);
  std::uint64_t first = 0;
  while (bytes.size() >= 2) {
    const std::size_t size = std::min(bytes.size() - 2, (std::to_integer<std::size_t>(bytes[0]) << 8U) +
                                                            std::to_integer<std::size_t>(bytes[1]));
    const ByteView body = bytes.subspan(2, size);
    const Bytes frame = encode_frame(first, body, state.chain);
    file.insert(file.end(), frame.begin(), frame.end());
    if (const auto records = decode_records(body)) first += records->size();
    bytes = bytes.subspan(2 + size);
  }
  check_file(file);
}

void check_record(ByteView bytes) {
  const auto record = decode_record(bytes);
  if (record && !std::ranges::equal(encode(*record), bytes)) std::abort();
  const auto head = decode_head(bytes);
  if (head && !std::ranges::equal(encode_head(*head), bytes)) std::abort();
  if (read_checkpoint(bytes, {crypto::SigningKey(crypto::SigningKey::Seed{}).public_key()})) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes = std::as_bytes(std::span(data, size)).subspan(1);
  switch (data[0] % 3) {
    case 0:
      check_file(bytes);
      break;
    case 1:
      check_bodies(bytes);
      break;
    default:
      check_record(bytes);
  }
  return 0;
}
