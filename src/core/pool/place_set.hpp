#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace localscale::core::pool {

/// A set of places (0, 1, 2…) in a log.
class PlaceSet {
 public:
  [[nodiscard]] bool contains(std::size_t place) const {
    return place / 64 < words_.size() && ((words_[place / 64] >> (place % 64)) & 1U) != 0;
  }
  void insert(std::size_t place) {
    grow(place / 64 + 1);
    words_[place / 64] |= std::uint64_t{1} << (place % 64);
  }
  void insert(const PlaceSet& others) {
    grow(others.words_.size());
    for (std::size_t i = 0; i < others.words_.size(); ++i) words_[i] |= others.words_[i];
  }

 private:
  void grow(std::size_t words) {
    if (words_.size() < words) words_.resize(words);
  }
  std::vector<std::uint64_t> words_;
};

}  // namespace localscale::core::pool
