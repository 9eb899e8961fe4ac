#include "net/packet_channel.hpp"

#include <array>
#include <utility>

#include <boost/asio/use_awaitable.hpp>

namespace localscale::net {
namespace {

using boost::asio::use_awaitable;
using boost::asio::posix::descriptor_base;

}  // namespace

PacketChannel::PacketChannel(const boost::asio::any_io_executor& executor, UniqueFd socket)
    : socket_(executor, socket.release()) {
  socket_.native_non_blocking(true);
}

Task<Result<sandbox::Packet>> PacketChannel::receive() {
  using State = sandbox::Received::State;
  for (;;) {
    auto received = sandbox::receive_packet(socket_.native_handle());
    if (!received) co_return tl::unexpected(received.error());
    if (received->state == State::packet) co_return std::move(received->packet);
    if (received->state == State::closed) {
      co_return fail(Errc::unavailable, "The process at the other end of a channel is gone.");
    }
    co_await socket_.async_wait(descriptor_base::wait_read, use_awaitable);
  }
}

Task<Result<void>> PacketChannel::send(std::string_view bytes, std::vector<UniqueFd> fds) {
  std::array<int, sandbox::kMaxPacketFds> numbers{};
  if (fds.size() > numbers.size())
    co_return fail(Errc::invalid_argument, "Too many descriptors for one packet.");
  for (std::size_t i = 0; i < fds.size(); ++i) numbers[i] = fds[i].get();
  for (;;) {
    const auto sent = sandbox::send_packet(socket_.native_handle(), bytes, {numbers.data(), fds.size()});
    if (sent || sent.error().code != Errc::exhausted) co_return sent;
    co_await socket_.async_wait(descriptor_base::wait_write, use_awaitable);
  }
}

void PacketChannel::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace localscale::net
