#pragma once

#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace localscale {

/// `error`, with `next` as what to do, unless it says that already.
[[nodiscard]] inline Error with_next(Error error, std::string_view next) {
  if (error.next.empty()) error.next = next;
  return error;
}

}  // namespace localscale
