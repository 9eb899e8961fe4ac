#include "mesh/fetcher/range_plan.hpp"

#include <algorithm>

namespace localscale::mesh::fetcher {
namespace {

constexpr std::uint64_t min_piece_bytes = 8ULL << 20;
constexpr std::uint64_t max_piece_bytes = 64ULL << 20;

}  // namespace

std::optional<Range> RangePlan::take(std::uint64_t max_bytes) {
  auto piece = claimed_.first_missing(size_);
  if (piece.begin >= piece.end || max_bytes == 0) return std::nullopt;
  piece.end = piece.begin + std::min(piece.bytes(), max_bytes);
  claimed_.add(piece);
  return piece;
}

std::uint64_t piece_bytes(std::uint64_t bytes_per_second) {
  return std::clamp(bytes_per_second, min_piece_bytes / 2, max_piece_bytes / 2) * 2;
}

}  // namespace localscale::mesh::fetcher
