#include "sim/tree.hpp"

namespace localscale::sim {

Tree::Tree(int pools, int homes_per_pool) : pools_(pools), homes_(homes_per_pool) {}

std::string Tree::pool_path(int pool) const {
  const auto level = [](const char* word, int number) { return word + std::to_string(number + 1); };
  return level("region", pool / (children * children)) + "/" +
         level("community", pool / children % children) + "/" + level("pool", pool % children);
}

std::string Tree::path(HomeIndex home) const {
  return pool_path(pool_of(home)) + "/home" + std::to_string(home % homes_ + 1);
}

}  // namespace localscale::sim
