#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/random.hpp"
#include "sim/tree.hpp"

namespace localscale::sim {

/// A home's access, for what it sends and what it is sent, and what faults do to it.
struct Access {
  std::int64_t base_us = 0;   ///< One way, always.
  std::int64_t extra_us = 0;  ///< A delay that a fault adds.
  std::uint32_t loss = 0;     ///< Per million messages, and so on.
  std::uint32_t reorder = 0;
  std::uint32_t duplicate = 0;
  int post_out_cut = 0;  ///< How many faults keep it from sending over the post office …
  int post_in_cut = 0;   ///< … and from receiving.
};

/// When copies of one message arrive: none, one or two times.
struct Arrivals {
  std::array<std::int64_t, 2> at_us{};
  int count = 0;
};

/// The ways between the homes of each pool: straight ones for pings, and the pool's post office (NATS) for
/// ads.
class Network {
 public:
  struct Counts {
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    std::uint64_t blocked = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t held_back = 0;  ///< So that others overtake them.
  };

  Network(const Tree& tree, Random random, std::uint32_t loss);

  Arrivals direct(HomeIndex from, HomeIndex to, std::int64_t now_us);
  Arrivals by_post(HomeIndex from, HomeIndex to, std::int64_t now_us);

  /// Faults may overlap: a way is open when each block was taken back.
  void block(HomeIndex from, HomeIndex to, int change) { blocks_[place(from, to)] += change; }
  void close_post_office(int pool, int change) { closed_[static_cast<std::size_t>(pool)] += change; }
  [[nodiscard]] bool is_open(HomeIndex from, HomeIndex to) const { return blocks_[place(from, to)] == 0; }
  Access& access(HomeIndex home) { return access_[home]; }

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  [[nodiscard]] std::size_t place(HomeIndex from, HomeIndex to) const;
  Arrivals travel(HomeIndex from, HomeIndex to, std::int64_t now_us);

  Tree tree_;
  Random random_;
  std::uint32_t loss_;
  std::vector<Access> access_;
  std::vector<int> blocks_;
  std::vector<int> closed_;
  Counts counts_;
};

}  // namespace localscale::sim
