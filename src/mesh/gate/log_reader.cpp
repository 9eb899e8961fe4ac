#include "mesh/gate/log_reader.hpp"

#include <algorithm>

#include "mesh/gate/frame.hpp"

namespace localscale::mesh::gate {
namespace {

// A disk writes at least so much at once, or nothing of it.
constexpr std::size_t sector_bytes = 512;

/// Whether a sector that should hold a part of `tail`, which begins at `offset` in its file, was never
/// written.
bool has_empty_sector(ByteView tail, std::size_t offset) {
  while (!tail.empty()) {
    const std::size_t part = std::min(tail.size(), sector_bytes - offset % sector_bytes);
    if (std::ranges::all_of(tail.first(part), [](std::byte byte) { return byte == std::byte{0}; }))
      return true;
    tail = tail.subspan(part);
    offset += part;
  }
  return false;
}

/// A write of one frame that was cut short leaves its beginning, or all of it but some sectors. Whatever else
/// is there was changed afterwards.
bool is_torn(ByteView tail, std::size_t offset) {
  if (tail.size() > frame_bytes_max || has_frame_behind(tail)) return false;
  if (tail.size() < frame_header_bytes || has_empty_sector(tail, offset)) return true;
  return frame_claims_more(tail);
}

tl::unexpected<Error> damaged(const LogState& state, std::size_t at) {
  return fail(
      Errc::corrupt,
      "The gate's log is damaged or was changed, at byte " + std::to_string(at) + " of its file number " +
          std::to_string(state.file) + ". The " + std::to_string(state.next()) +
          " records before that are whole, and all was left as it is.",
      "Nothing leaves this home through the gate. Keep a copy of the folder and find out what happened; "
      "then move the folder away, and the gate begins a new log.");
}

Result<LogState> read_head(const Frame& frame, const std::optional<LogState>& before) {
  auto state = decode_head(frame.body);
  if (!state) return state;
  const bool in_chain = chain_of(frame, state->chain) == frame.chain && frame.first == state->next();
  if (before && in_chain) {
    LogState expected = *before;
    ++expected.file;
    if (expected != *state)
      return fail(
          Errc::corrupt,
          "File number " + std::to_string(state->file) +
              " of the gate's log does not continue the one before it.",
          "Nothing leaves this home through the gate. Keep a copy of the folder and find out what happened.");
  }
  if (!in_chain) return damaged(*state, 0);
  state->chain = frame.chain;
  return state;
}

Result<void> take_in(const Frame& frame, LogState& state, const Visit& visit) {
  const auto records = decode_records(frame.body);
  if (!records) return tl::unexpected(records.error());
  for (const Bytes& encoded : *records) {
    const auto record = decode_record(encoded);
    if (!record) return tl::unexpected(record.error());
    if (auto applied = state.apply(*record, encoded); !applied) return applied;
    if (auto seen = visit(state, &*record); !seen) return seen;
  }
  state.chain = frame.chain;
  return {};
}

}  // namespace

Result<FileRead> read_log_file(ByteView bytes, const std::optional<LogState>& before, const Visit& visit) {
  const auto head = read_frame(bytes);
  if (!head) return damaged(before.value_or(LogState{}), 0);
  auto state = read_head(*head, before);
  if (!state) return tl::unexpected(state.error());
  if (auto seen = visit(*state, nullptr); !seen) return tl::unexpected(seen.error());
  FileRead read{*std::move(state), head->size, false};
  while (read.good_bytes < bytes.size()) {
    const ByteView rest = bytes.subspan(read.good_bytes);
    const auto frame = read_frame(rest);
    if (!frame || frame->first != read.state.next() || chain_of(*frame, read.state.chain) != frame->chain) {
      if (!is_torn(rest, read.good_bytes)) return damaged(read.state, read.good_bytes);
      read.torn = true;
      break;
    }
    if (auto taken = take_in(*frame, read.state, visit); !taken) return tl::unexpected(taken.error());
    read.good_bytes += frame->size;
  }
  return read;
}

}  // namespace localscale::mesh::gate
