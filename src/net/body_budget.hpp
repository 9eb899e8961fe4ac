#pragma once

#include <cstddef>
#include <cstdint>

#include "net/http.hpp"

namespace localscale::net {

/// What the bodies of all connections take of the memory together, and how much they may; the LAN's at most
/// half of it. Small bodies are not counted, so that they are taken even when large ones fill it. One thread.
class BodyBudget {
 public:
  static constexpr std::size_t small_body = 16U << 10;

  explicit BodyBudget(std::uint64_t max) : max_(max) {}

  /// One body now takes `now` bytes and took `before`, of which the caller keeps count.
  void change(Door door, std::size_t& before, std::size_t now) {
    const std::size_t counted = now > small_body ? now : 0;
    if (counted == before) return;
    total_ += counted - before;
    if (door == Door::lan) lan_ += counted - before;
    before = counted;
  }
  /// True while there is too much to take more of a body of `counted` bytes that comes in by this door.
  [[nodiscard]] bool is_spent(Door door, std::size_t counted) const {
    return counted > 0 && (total_ > max_ || (door == Door::lan && lan_ > max_ / 2));
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  std::uint64_t max_;
  std::uint64_t total_ = 0;
  std::uint64_t lan_ = 0;
};

}  // namespace localscale::net
