#pragma once

#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/http.hpp"
#include "sandbox/packet.hpp"

namespace localscale::net {

/// Awaits packets with descriptors on an inherited SOCK_SEQPACKET socket (sandbox/packet.hpp). One thread.
/// One coroutine may receive while others send. It must outlive the coroutines that use it.
class PacketChannel {
 public:
  PacketChannel(const boost::asio::any_io_executor& executor, UniqueFd socket);

  /// The next packet. `unavailable` once the other side is gone; `corrupt` for one over the limits, after
  /// which the next can be received.
  Task<Result<sandbox::Packet>> receive();
  /// Waits while the other side's queue is full. The descriptors are closed here once sent.
  Task<Result<void>> send(std::string_view bytes, std::vector<UniqueFd> fds = {});
  /// What waits ends with operation_aborted.
  void close();

 private:
  boost::asio::posix::stream_descriptor socket_;
};

}  // namespace localscale::net
