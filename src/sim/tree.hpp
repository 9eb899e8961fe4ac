#pragma once

#include <string>

#include "sim/event.hpp"

namespace localscale::sim {

/// The pools of a world: region/community/pool/home. Homes are numbered through, pool by pool, each pool with
/// as many homes.
class Tree {
 public:
  /// Eight pools are a community, eight communities a region.
  static constexpr int children = 8;

  Tree(int pools, int homes_per_pool);

  [[nodiscard]] int pools() const { return pools_; }
  [[nodiscard]] int homes_per_pool() const { return homes_; }
  [[nodiscard]] int homes() const { return pools_ * homes_; }
  [[nodiscard]] int pool_of(HomeIndex home) const { return home / homes_; }
  [[nodiscard]] HomeIndex first_of(int pool) const { return static_cast<HomeIndex>(pool * homes_); }
  /// "region1/community1/pool2/home7", each counted from 1 within its parent.
  [[nodiscard]] std::string path(HomeIndex home) const;
  [[nodiscard]] std::string pool_path(int pool) const;

 private:
  int pools_;
  int homes_;
};

}  // namespace localscale::sim
