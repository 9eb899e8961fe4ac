#pragma once

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

namespace localscale::engine {

/// A packet socket on an executor: packets come to a handler, until the other side is gone or the channel is
/// closed.
class PacketChannel : public std::enable_shared_from_this<PacketChannel> {
 public:
  using OnPacket = std::function<void(std::string bytes, std::vector<UniqueFd> fds)>;
  using OnClosed = std::function<void()>;

  static std::shared_ptr<PacketChannel> open(const boost::asio::any_io_executor& executor, UniqueFd socket,
                                             OnPacket on_packet, OnClosed on_closed);

  /// Sends one packet, or keeps it until there is room; exhausted if the other side does not keep up at all.
  Result<void> send(std::string bytes);
  /// No handler is called after this.
  void close();

 private:
  PacketChannel(const boost::asio::any_io_executor& executor, UniqueFd socket, OnPacket on_packet,
                OnClosed on_closed);
  void wait();
  void receive();
  void wait_for_room();
  void send_kept();

  boost::asio::posix::stream_descriptor socket_;
  OnPacket on_packet_;
  OnClosed on_closed_;
  std::deque<std::string> kept_;  ///< For when the other side has taken some; at most max_kept.
};

}  // namespace localscale::engine
