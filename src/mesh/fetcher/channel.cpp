#include "mesh/fetcher/channel.hpp"

#include <poll.h>

#include "sandbox/packet.hpp"

namespace localscale::mesh::fetcher {

Result<std::optional<std::string>> Channel::receive() {
  auto received = sandbox::receive_packet(fd_.get());
  if (!received) return tl::unexpected(received.error());
  if (received->state == sandbox::Received::State::closed) return std::nullopt;
  return std::move(received->packet.bytes);
}

Result<void> Channel::send(std::string_view packet, bool droppable) {
  if (droppable) {
    pollfd ready{fd_.get(), POLLOUT, 0};
    if (::poll(&ready, 1, 0) == 0) return {};
  }
  return sandbox::send_packet(fd_.get(), packet);
}

bool Channel::try_send(std::string_view packet) {
  pollfd ready{fd_.get(), POLLOUT, 0};
  return ::poll(&ready, 1, 0) == 1 && sandbox::send_packet(fd_.get(), packet).has_value();
}

}  // namespace localscale::mesh::fetcher
