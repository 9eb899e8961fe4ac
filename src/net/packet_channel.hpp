#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/http.hpp"
#include "sandbox/packet.hpp"

namespace localscale::net {

/// Packets with descriptors on a SOCK_SEQPACKET socket between two processes of this home
/// (sandbox/packet.hpp). Always held by a shared_ptr: what runs on it keeps it alive. One executor.
class PacketChannel : public std::enable_shared_from_this<PacketChannel> {
 public:
  using OnPacket = std::function<void(sandbox::Packet packet)>;
  using OnGone = std::function<void()>;

  static constexpr std::size_t kept_max = 4096;

  static std::shared_ptr<PacketChannel> make(const boost::asio::any_io_executor& executor, UniqueFd socket);

  /// Gives each packet that comes to `on_packet` and calls `on_gone` once the other side is gone; neither is
  /// called after close(), and never from within listen(). Packets over the limits are dropped and logged.
  /// To be called once.
  void listen(OnPacket on_packet, OnGone on_gone);
  /// Sends one packet, or keeps it while the other side's queue is full: kept ones go out in order as soon as
  /// there is room. Fails with unavailable once the channel is closed or the other side is gone, and with
  /// exhausted if kept_max packets wait. The descriptors are closed here once sent.
  Result<void> send(std::string bytes, std::vector<UniqueFd> fds = {});
  void close();

 private:
  PacketChannel(const boost::asio::any_io_executor& executor, UniqueFd socket);
  static Task<void> receive_all(std::shared_ptr<PacketChannel> self, OnPacket on_packet, OnGone on_gone);
  static Task<void> send_kept(std::shared_ptr<PacketChannel> self);
  [[nodiscard]] Result<void> send_now(const sandbox::Packet& packet);

  boost::asio::posix::stream_descriptor socket_;
  std::deque<sandbox::Packet> kept_;
};

}  // namespace localscale::net
