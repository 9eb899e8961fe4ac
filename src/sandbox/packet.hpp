#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

/// Messages with descriptors between the processes of one home: SOCK_SEQPACKET pairs, one packet = one
/// message. Every function works on blocking and non-blocking sockets and never raises SIGPIPE.
namespace localscale::sandbox {

inline constexpr std::size_t kMaxPacketBytes = 64U << 10;
inline constexpr std::size_t kMaxPacketFds = 4;

/// One received message and the descriptors that came with it (close-on-exec).
struct Packet {
  std::string bytes;
  std::vector<UniqueFd> fds;
};

/// What a receive found.
struct Received {
  enum class State {
    packet,       ///< `packet` is filled.
    nothing_yet,  ///< Only on a non-blocking socket: wait until it is readable.
    closed,       ///< The other side is gone; nothing will come any more.
  };
  State state = State::closed;
  Packet packet;
};

/// A connected pair of packet sockets, both close-on-exec and blocking.
Result<std::pair<UniqueFd, UniqueFd>> packet_pair();

/// Sends one packet of 1 to kMaxPacketBytes bytes with at most kMaxPacketFds descriptors (which stay the
/// caller's). Errors: unavailable (the other side is gone), exhausted (non-blocking and the queue is full),
/// invalid_argument.
Result<void> send_packet(int socket, std::string_view bytes, std::span<const int> fds = {});

/// Receives one packet. A packet that is longer, or carries more descriptors, than the limits is an error
/// (corrupt) and its descriptors are closed; the next packet can still be received.
Result<Received> receive_packet(int socket);

}  // namespace localscale::sandbox
