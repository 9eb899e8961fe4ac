#include "mesh/fetcher/cancel.hpp"

#include <cerrno>

#include <poll.h>
#include <sys/eventfd.h>

#include "base/assert.hpp"

namespace localscale::mesh::fetcher {

Cancel::Cancel() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  LS_ASSERT(event_.valid());
}

void Cancel::request() {
  requested_.store(true, std::memory_order_release);
  ::eventfd_write(event_.get(), 1);
}

bool Cancel::sleep_for(std::chrono::milliseconds duration) const {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (!requested()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    pollfd wait{event_.get(), POLLIN, 0};
    ::poll(&wait, 1, static_cast<int>(left.count()));
  }
  return false;
}

}  // namespace localscale::mesh::fetcher
