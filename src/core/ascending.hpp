#pragma once

#include <algorithm>
#include <functional>
#include <vector>

namespace localscale::core {

/// Whether the members stand in ascending order of what `key` names of them, each only once.
template <class Member, class Key = std::identity>
bool ascending(const std::vector<Member>& list, Key key = {}) {
  return std::ranges::adjacent_find(list, std::ranges::greater_equal{}, key) == list.end();
}

}  // namespace localscale::core
