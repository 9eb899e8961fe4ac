#include "mesh/fetcher/channel.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace localscale::mesh::fetcher {

Result<std::optional<std::string>> Channel::receive() {
  std::string packet(max_packet_bytes, '\0');
  while (true) {
    const auto got = ::recv(fd_.get(), packet.data(), packet.size(), MSG_TRUNC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == ECONNRESET || errno == EPIPE)) return std::nullopt;
    if (got < 0) return fail_errno("receive from the house", errno);
    if (got == 0) return std::nullopt;
    if (static_cast<std::size_t>(got) > packet.size())
      return fail(Errc::invalid_argument, "The house sent an oversized packet.");
    packet.resize(static_cast<std::size_t>(got));
    return packet;
  }
}

Result<void> Channel::send(std::string_view packet, bool droppable) {
  if (packet.size() > max_packet_bytes) return fail(Errc::internal, "A packet for the house is too large.");
  const int flags = MSG_NOSIGNAL | (droppable ? MSG_DONTWAIT : 0);
  while (::send(fd_.get(), packet.data(), packet.size(), flags) < 0) {
    if (errno == EINTR) continue;
    if (droppable && errno == EAGAIN) return {};
    return fail_errno("send to the house", errno);
  }
  return {};
}

}  // namespace localscale::mesh::fetcher
