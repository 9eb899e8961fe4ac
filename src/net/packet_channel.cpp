#include "net/packet_channel.hpp"

#include <array>
#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "net/spawn.hpp"
#include "net/timer.hpp"

namespace localscale::net {
namespace {

using boost::asio::use_awaitable;
using boost::asio::posix::descriptor_base;

/// After so many packets in a row the rest of the house gets its turn.
constexpr unsigned packets_at_once = 16;

}  // namespace

PacketChannel::PacketChannel(const boost::asio::any_io_executor& executor, UniqueFd socket)
    : socket_(executor, socket.release()) {
  socket_.native_non_blocking(true);
}

std::shared_ptr<PacketChannel> PacketChannel::make(const boost::asio::any_io_executor& executor,
                                                   UniqueFd socket) {
  return std::shared_ptr<PacketChannel>(new PacketChannel(executor, std::move(socket)));
}

void PacketChannel::listen(OnPacket on_packet, OnGone on_gone) {
  spawn(socket_.get_executor(), "packet channel",
        receive_all(shared_from_this(), std::move(on_packet), std::move(on_gone)));
}

Task<void> PacketChannel::receive_all(std::shared_ptr<PacketChannel> self, OnPacket on_packet,
                                      OnGone on_gone) {
  using State = sandbox::Received::State;
  // A handler may close the channel.
  for (unsigned in_a_row = 0; self->socket_.is_open();) {
    auto received = sandbox::receive_packet(self->socket_.native_handle());
    if (!received) {
      spdlog::warn("channel: packet dropped error=\"{}\"", received.error().what);
      if (received.error().code != Errc::corrupt) break;
    } else if (received->state == State::packet) {
      on_packet(std::move(received->packet));
    } else if (received->state == State::closed) {
      break;
    } else {
      co_await self->socket_.async_wait(descriptor_base::wait_read, use_awaitable);
      in_a_row = 0;
    }
    if (++in_a_row % packets_at_once == 0) co_await sleep_for({});
  }
  if (!self->socket_.is_open()) co_return;
  self->close();
  on_gone();
}

Result<void> PacketChannel::send_now(const sandbox::Packet& packet) {
  std::array<int, sandbox::kMaxPacketFds> numbers{};
  for (std::size_t i = 0; i < packet.fds.size(); ++i) numbers[i] = packet.fds[i].get();
  return sandbox::send_packet(socket_.native_handle(), packet.bytes, {numbers.data(), packet.fds.size()});
}

Result<void> PacketChannel::send(std::string bytes, std::vector<UniqueFd> fds) {
  if (fds.size() > sandbox::kMaxPacketFds)
    return fail(Errc::invalid_argument, "Too many descriptors for one packet.");
  if (!socket_.is_open()) return fail(Errc::unavailable, "The channel is closed.");
  sandbox::Packet packet{std::move(bytes), std::move(fds)};
  if (kept_.empty()) {
    auto sent = send_now(packet);
    if (sent || sent.error().code != Errc::exhausted) return sent;
  }
  if (kept_.size() >= kept_max) return fail(Errc::exhausted, "A process of this home does not keep up.");
  kept_.push_back(std::move(packet));
  if (kept_.size() == 1) spawn(socket_.get_executor(), "packets kept", send_kept(shared_from_this()));
  return {};
}

Task<void> PacketChannel::send_kept(std::shared_ptr<PacketChannel> self) {
  while (self->socket_.is_open() && !self->kept_.empty()) {
    const auto sent = self->send_now(self->kept_.front());
    if (sent) {
      self->kept_.pop_front();
    } else if (sent.error().code == Errc::exhausted) {
      co_await self->socket_.async_wait(descriptor_base::wait_write, use_awaitable);
    } else {
      self->kept_.clear();  // The other side is gone, which receiving tells.
    }
  }
}

void PacketChannel::close() {
  kept_.clear();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace localscale::net
