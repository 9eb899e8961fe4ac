#include "engine/packet_channel.hpp"

#include <utility>

#include <fcntl.h>

#include "base/log.hpp"
#include "sandbox/packet.hpp"

namespace localscale::engine {
namespace asio = boost::asio;
namespace {

constexpr std::size_t max_kept = 4096;

}  // namespace

PacketChannel::PacketChannel(const asio::any_io_executor& executor, UniqueFd socket, OnPacket on_packet,
                             OnClosed on_closed)
    : socket_(executor, socket.release()),
      on_packet_(std::move(on_packet)),
      on_closed_(std::move(on_closed)) {
  const int fd = socket_.native_handle();
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

std::shared_ptr<PacketChannel> PacketChannel::open(const asio::any_io_executor& executor, UniqueFd socket,
                                                   OnPacket on_packet, OnClosed on_closed) {
  std::shared_ptr<PacketChannel> channel(
      new PacketChannel(executor, std::move(socket), std::move(on_packet), std::move(on_closed)));
  channel->wait();
  return channel;
}

Result<void> PacketChannel::send(std::string bytes) {
  if (!socket_.is_open()) return fail(Errc::unavailable, "The channel is closed.");
  if (kept_.empty()) {
    const auto sent = sandbox::send_packet(socket_.native_handle(), bytes);
    if (sent || sent.error().code != Errc::exhausted) return sent;
  }
  if (kept_.size() >= max_kept) return fail(Errc::exhausted, "A process of this home does not keep up.");
  kept_.push_back(std::move(bytes));
  if (kept_.size() == 1) wait_for_room();
  return {};
}

void PacketChannel::wait_for_room() {
  socket_.async_wait(asio::posix::descriptor_base::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error) self->send_kept();
                     });
}

void PacketChannel::send_kept() {
  while (!kept_.empty()) {
    const auto sent = sandbox::send_packet(socket_.native_handle(), kept_.front());
    if (!sent && sent.error().code == Errc::exhausted) return wait_for_room();
    if (!sent) return kept_.clear();  // The other side is gone, which receiving tells.
    kept_.pop_front();
  }
}

void PacketChannel::close() {
  on_packet_ = nullptr;
  on_closed_ = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void PacketChannel::wait() {
  if (!socket_.is_open()) return;
  socket_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error) self->receive();
                     });
}

void PacketChannel::receive() {
  // A few packets at a time, so that a busy channel does not starve the rest.
  for (int i = 0; i < 16 && socket_.is_open(); ++i) {
    auto received = sandbox::receive_packet(socket_.native_handle());
    if (!received) {
      spdlog::warn("channel: packet dropped error=\"{}\"", received.error().what);
      continue;
    }
    if (received->state == sandbox::Received::State::nothing_yet) break;
    if (received->state == sandbox::Received::State::closed) {
      const auto on_closed = on_closed_;
      close();
      if (on_closed) on_closed();
      return;
    }
    // A copy: the handler may close the channel.
    if (const auto on_packet = on_packet_)
      on_packet(std::move(received->packet.bytes), std::move(received->packet.fds));
  }
  wait();
}

}  // namespace localscale::engine
