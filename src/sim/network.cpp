#include "sim/network.hpp"

namespace localscale::sim {
namespace {

constexpr std::int64_t ms = 1000;

}  // namespace

Network::Network(const Tree& tree, Random random, std::uint32_t loss)
    : tree_(tree),
      random_(random),
      loss_(loss),
      access_(static_cast<std::size_t>(tree.homes())),
      blocks_(static_cast<std::size_t>(tree.homes() * tree.homes_per_pool())),
      closed_(static_cast<std::size_t>(tree.pools())) {
  for (Access& access : access_) access.base_us = random_.between(ms / 10, 8 * ms);
}

std::size_t Network::place(HomeIndex from, HomeIndex to) const {
  return static_cast<std::size_t>(from * tree_.homes_per_pool() + to % tree_.homes_per_pool());
}

Arrivals Network::direct(HomeIndex from, HomeIndex to, std::int64_t now_us) {
  ++counts_.sent;
  if (is_open(from, to)) return travel(from, to, now_us);
  ++counts_.blocked;
  return {};
}

Arrivals Network::by_post(HomeIndex from, HomeIndex to, std::int64_t now_us) {
  ++counts_.sent;
  const bool closed = closed_[static_cast<std::size_t>(tree_.pool_of(from))] > 0;
  if (!closed && access_[from].post_out_cut == 0 && access_[to].post_in_cut == 0)
    return travel(from, to, now_us);
  ++counts_.blocked;
  return {};
}

Arrivals Network::travel(HomeIndex from, HomeIndex to, std::int64_t now_us) {
  const Access& out = access_[from];
  const Access& in = access_[to];
  if (random_.chance(loss_ + out.loss + in.loss)) {
    ++counts_.lost;
    return {};
  }
  const std::int64_t fixed = now_us + out.base_us + in.base_us + out.extra_us + in.extra_us;
  Arrivals arrivals;
  arrivals.count = 1;
  arrivals.at_us[0] = fixed + random_.between(0, ms);
  if (random_.chance(out.reorder + in.reorder)) {
    ++counts_.held_back;
    arrivals.at_us[0] += random_.between(0, 1500 * ms);
  }
  if (random_.chance(out.duplicate + in.duplicate)) {
    ++counts_.duplicated;
    arrivals.count = 2;
    arrivals.at_us[1] = fixed + random_.between(0, 50 * ms);
  }
  return arrivals;
}

}  // namespace localscale::sim
