#include "mesh/fetcher/range_set.hpp"

#include <algorithm>
#include <iterator>

namespace localscale::mesh::fetcher {

void RangeSet::add(Range range) {
  if (range.begin >= range.end) return;
  remove(range);
  bytes_ += range.bytes();
  auto next = ranges_.lower_bound(range.begin);
  if (next != ranges_.end() && next->first == range.end) {
    range.end = next->second;
    next = ranges_.erase(next);
  }
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (before->second == range.begin) {
      before->second = range.end;
      return;
    }
  }
  ranges_.emplace_hint(next, range.begin, range.end);
}

void RangeSet::remove(Range range) {
  if (range.begin >= range.end) return;
  auto at = ranges_.upper_bound(range.begin);
  if (at != ranges_.begin()) --at;
  while (at != ranges_.end() && at->first < range.end) {
    const Range here{at->first, at->second};
    const Range cut{std::max(here.begin, range.begin), std::min(here.end, range.end)};
    if (cut.begin >= cut.end) {
      ++at;
      continue;
    }
    at = ranges_.erase(at);
    bytes_ -= cut.bytes();
    if (here.begin < cut.begin) ranges_.emplace(here.begin, cut.begin);
    if (cut.end < here.end) at = ranges_.emplace(cut.end, here.end).first;
  }
}

std::uint64_t RangeSet::run_end(std::uint64_t offset) const {
  auto at = ranges_.upper_bound(offset);
  if (at == ranges_.begin()) return offset;
  --at;
  return std::max(at->second, offset);
}

Range RangeSet::first_missing(std::uint64_t size) const {
  std::uint64_t begin = 0;
  for (const auto& [from, to] : ranges_) {
    if (from > begin) return {std::min(begin, size), std::min(from, size)};
    begin = to;
  }
  return {std::min(begin, size), size};
}

std::vector<Range> RangeSet::all() const {
  std::vector<Range> out;
  out.reserve(ranges_.size());
  for (const auto& [from, to] : ranges_) out.push_back({from, to});
  return out;
}

}  // namespace localscale::mesh::fetcher
