#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace localscale::mesh::fetcher {

/// Bytes [begin, end) of a file.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  bool operator==(const Range&) const = default;
  [[nodiscard]] std::uint64_t bytes() const { return end - begin; }
};

/// A set of bytes of one file, kept as disjoint, merged ranges in order.
class RangeSet {
 public:
  void add(Range range);
  void remove(Range range);

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] std::size_t count() const { return ranges_.size(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// The end of the run of bytes that starts at `offset`; `offset` itself if that byte is not in the set.
  [[nodiscard]] std::uint64_t run_end(std::uint64_t offset) const;
  /// The first range of [0, size) that is not in the set; empty (begin == end) if there is none.
  [[nodiscard]] Range first_missing(std::uint64_t size) const;
  [[nodiscard]] std::vector<Range> all() const;

  bool operator==(const RangeSet&) const = default;

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  ///< begin -> end
  std::uint64_t bytes_ = 0;
};

}  // namespace localscale::mesh::fetcher
