#include "mesh/gate/log_state.hpp"

#include <algorithm>
#include <bit>

namespace localscale::mesh::gate {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t type_head = 1;
constexpr std::uint8_t type_records = 2;

void expect(Decoder& in, std::uint8_t type) {
  if (in.u8() != version) in.refuse("its version is not known here");
  if (in.u8() != type) in.refuse("it is of another kind");
}

}  // namespace

Result<void> LogState::apply(const Record& record, ByteView encoded) {
  if (const auto* opened = std::get_if<Opened>(&record)) {
    if (open.size() >= open_sendings_max)
      return fail(Errc::exhausted, "Too many things pass the gate at one time.", "Try again later.");
    open.emplace(next(), opened->envelope.byte_budget);
  }
  if (const auto* closed = std::get_if<Closed>(&record); closed != nullptr && open.erase(closed->opened) == 0)
    return fail(Errc::corrupt, "Record " + std::to_string(next()) + " of the gate's log closes " +
                                   std::to_string(closed->opened) + ", which is not open.");
  tree.append(crypto::merkle_leaf(encoded));
  latest = std::max(latest, time_of(record));
  return {};
}

Bytes encode_head(const LogState& state) {
  Encoder out;
  out.u8(version).u8(type_head).fixed(state.id).u64(state.file).fixed(state.chain).u64(state.tree.size());
  for (const crypto::Digest& part : state.tree.parts()) out.fixed(part);
  out.u64(static_cast<std::uint64_t>(state.latest.ms)).u32(static_cast<std::uint32_t>(state.open.size()));
  for (const auto& [sequence, budget] : state.open) out.u64(sequence).u64(budget);
  return out.take();
}

Result<LogState> decode_head(ByteView bytes) {
  Decoder in(bytes);
  LogState state;
  expect(in, type_head);
  in.fixed(state.id);
  state.file = in.u64();
  in.fixed(state.chain);
  const std::uint64_t size = in.u64();
  std::vector<crypto::Digest> parts(static_cast<std::size_t>(std::popcount(size)));
  for (crypto::Digest& part : parts) in.fixed(part);
  state.tree = crypto::MerkleFrontier::from(size, std::move(parts)).value_or(crypto::MerkleFrontier{});
  state.latest = {static_cast<std::int64_t>(in.u64())};
  const std::size_t open = in.count(open_sendings_max);
  for (std::size_t i = 0; i < open; ++i) {
    const std::uint64_t sequence = in.u64();
    if (sequence >= size || (!state.open.empty() && sequence <= state.open.rbegin()->first))
      in.refuse("its open records are out of order");
    state.open.emplace(sequence, in.u64());
  }
  if (auto ended = in.finish("The head of a file of the gate's log"); !ended)
    return tl::unexpected(ended.error());
  return state;
}

Bytes encode_records(const std::vector<Bytes>& records) {
  Encoder out;
  out.u8(version).u8(type_records).u32(static_cast<std::uint32_t>(records.size()));
  for (const Bytes& record : records) out.bytes(record);
  return out.take();
}

Result<std::vector<Bytes>> decode_records(ByteView body) {
  Decoder in(body);
  expect(in, type_records);
  std::vector<Bytes> records(in.count(records_per_frame_max));
  for (Bytes& record : records) record = in.bytes(record_bytes_max);
  if (records.empty()) in.refuse("it has no record");
  if (auto ended = in.finish("A part of the gate's log"); !ended) return tl::unexpected(ended.error());
  return records;
}

}  // namespace localscale::mesh::gate
