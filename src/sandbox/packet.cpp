#include "sandbox/packet.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

namespace localscale::sandbox {
namespace {

constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(int) * kMaxPacketFds);
using ControlBuffer = std::array<char, kControlBytes>;

/// Calls `operation` again as long as a signal interrupts it.
template <class Operation>
ssize_t uninterrupted(Operation operation) {
  ssize_t result = 0;
  do {
    result = operation();
  } while (result < 0 && errno == EINTR);
  return result;
}

void attach(msghdr& message, ControlBuffer& control, std::span<const int> fds) {
  if (fds.empty()) return;
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(fds.size_bytes());
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(fds.size_bytes());
  std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
}

std::vector<UniqueFd> collect(msghdr& message) {
  std::vector<UniqueFd> fds;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

Result<std::pair<UniqueFd, UniqueFd>> packet_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("make a packet socket pair", errno);
  }
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

Result<void> send_packet(int socket, std::string_view bytes, std::span<const int> fds) {
  if (bytes.empty() || bytes.size() > kMaxPacketBytes) {
    return fail(Errc::invalid_argument,
                "A packet has 1 to 65536 bytes, not " + std::to_string(bytes.size()) + ".");
  }
  if (fds.size() > kMaxPacketFds) {
    return fail(Errc::invalid_argument,
                "A packet carries at most 4 descriptors, not " + std::to_string(fds.size()) + ".");
  }
  iovec content{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  attach(message, control, fds);
  const ssize_t sent = uninterrupted([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); });
  if (sent >= 0) return {};
  if (errno == EAGAIN || errno == ENOBUFS)
    return fail(Errc::exhausted, "The other process does not read its messages.");
  if (errno == ENOTCONN) return fail_errno("send a packet", EPIPE);
  return fail_errno("send a packet", errno);
}

Result<Received> receive_packet(int socket) {
  Received received;
  received.packet.bytes.resize(kMaxPacketBytes);
  iovec content{received.packet.bytes.data(), received.packet.bytes.size()};
  alignas(cmsghdr) ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t length = uninterrupted([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); });
  if (length < 0) {
    if (errno == ECONNRESET || errno == EPIPE) return Received{Received::State::closed, {}};
    if (errno == EAGAIN) return Received{Received::State::nothing_yet, {}};
    return fail_errno("receive a packet", errno);
  }
  received.packet.fds = collect(message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return fail(Errc::corrupt,
                "A packet was longer than 64 KiB or carried too many descriptors; it was dropped.");
  }
  if (length == 0) return Received{Received::State::closed, {}};
  received.packet.bytes.resize(static_cast<std::size_t>(length));
  received.state = Received::State::packet;
  return received;
}

}  // namespace localscale::sandbox
