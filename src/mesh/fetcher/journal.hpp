#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "mesh/fetcher/range_set.hpp"

namespace localscale::mesh::fetcher {

/// What is known about an unfinished download: lies beside its part file as sha256-HEX.journal. It claims
/// only bytes that were synced to disk before the journal was written, so that a crash or power cut costs
/// bytes, never truth.
struct Journal {
  std::string digest;      ///< "sha256:…"
  std::uint64_t size = 0;  ///< Announced size of the whole file, in bytes.
  std::string name;        ///< The model name that asked for it, as people write it.
  std::string source;      ///< Host that served the bytes; empty if none did yet.
  std::string etag;        ///< That host's ETag for the file; may be empty.
  RangeSet have;

  bool operator==(const Journal&) const = default;
};

inline constexpr std::size_t max_journal_bytes = 64U << 10;
inline constexpr std::size_t max_journal_ranges = 1024;

/// The journal as text, with a check line that detects torn or edited files.
std::string encode(const Journal& journal);

/// Fails with corrupt for anything that `encode` would not write.
Result<Journal> decode_journal(std::string_view text);

/// not_found if there is none; corrupt if it cannot be trusted.
Result<Journal> read_journal(const std::filesystem::path& path);

/// Replaces the journal atomically and durably.
Result<void> write_journal(const std::filesystem::path& path, const Journal& journal);

}  // namespace localscale::mesh::fetcher
