#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "crypto/merkle.hpp"
#include "mesh/gate/record.hpp"

namespace localscale::mesh::gate {

using LogId = std::array<std::byte, 16>;

/// At most so many things pass at one time.
inline constexpr std::size_t open_sendings_max = 4096;

/// All that follows from the records so far, and all that is needed to write the next one.
struct LogState {
  LogId id{};              ///< Random; the same in all files of one log.
  std::uint64_t file = 0;  ///< The number of the file that is written; the first one is 1.
  crypto::Digest chain{};  ///< Of the last frame.
  crypto::MerkleFrontier tree;
  std::map<std::uint64_t, std::uint64_t> open;  ///< Opened and not closed: sequence number to byte budget.
  UnixMs latest;                                ///< The latest time in any record.

  bool operator==(const LogState&) const = default;

  /// The sequence number of the next record.
  [[nodiscard]] std::uint64_t next() const { return tree.size(); }

  /// Takes the next record in, as it is written. Fails, changing nothing, if it can't come next: it closes
  /// what is not open, or opens too much.
  Result<void> apply(const Record& record, ByteView encoded);
};

/// What each file begins with: the whole state, so that older files need not be read again.
Bytes encode_head(const LogState& state);
Result<LogState> decode_head(ByteView bytes);

/// A frame's body that holds these records (each of them as encoded).
Bytes encode_records(const std::vector<Bytes>& records);
Result<std::vector<Bytes>> decode_records(ByteView body);

inline constexpr std::size_t records_per_frame_max = 1024;

}  // namespace localscale::mesh::gate
