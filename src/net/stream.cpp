#include "net/stream.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <sys/socket.h>

#include "net/socket.hpp"
#include "net/tls.hpp"

namespace localscale::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kMaxBuffers = 8;

/// Hands a read's result to its sink and keeps the sink alive till then.
struct ToSink {
  std::shared_ptr<ReadSink> sink;
  void operator()(error_code error, std::size_t bytes) const { sink->on_read(error, bytes); }
};

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  void handshake(IoHandler done) override {
    asio::post(socket_.get_executor(),
               [done = std::move(done)]() mutable { std::move(done)(error_code{}, 0); });
  }

  void read_some(asio::mutable_buffer into, std::shared_ptr<ReadSink> sink) override {
    socket_.async_read_some(into, ToSink{std::move(sink)});
  }

  std::size_t write_now(const asio::const_buffer* buffers, std::size_t count, error_code& error) override {
    std::array<iovec, kMaxBuffers> pieces{};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = std::min(count, kMaxBuffers);
    for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
      pieces[i] = iovec{const_cast<void*>(buffers[i].data()), buffers[i].size()};
    }
    const ssize_t written = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    error = written < 0 ? error_code(errno, boost::system::system_category()) : error_code{};
    return written < 0 ? 0 : static_cast<std::size_t>(written);
  }

  void write_some(asio::const_buffer from, IoHandler done) override {
    socket_.async_write_some(from, std::move(done));
  }

  [[nodiscard]] bool joins_writes() const override { return false; }

  void shut_down_sending() override {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, std::shared_ptr<TlsServerContext> context)
      : context_(std::move(context)), stream_(std::move(socket), context_->native()) {}

  void handshake(IoHandler done) override {
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [done = std::move(done)](error_code error) mutable { std::move(done)(error, 0); });
  }

  void read_some(asio::mutable_buffer into, std::shared_ptr<ReadSink> sink) override {
    stream_.async_read_some(into, ToSink{std::move(sink)});
  }

  std::size_t write_now(const asio::const_buffer*, std::size_t, error_code& error) override {
    error = asio::error::would_block;
    return 0;
  }

  void write_some(asio::const_buffer from, IoHandler done) override {
    stream_.async_write_some(from, std::move(done));
  }

  [[nodiscard]] bool joins_writes() const override { return true; }

  /// Without close_notify: every answer's end is marked in HTTP, and waiting for the peer's would hold the
  /// socket.
  void shut_down_sending() override {
    error_code ignored;
    stream_.lowest_layer().shutdown(Socket::shutdown_send, ignored);
  }

  void close() override {
    error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

 private:
  std::shared_ptr<TlsServerContext> context_;
  asio::ssl::stream<Socket> stream_;
};

}  // namespace

asio::generic::stream_protocol protocol_of(const UniqueFd& connected) {
  int family = AF_UNSPEC;
  socklen_t size = sizeof(family);
  ::getsockopt(connected.get(), SOL_SOCKET, SO_DOMAIN, &family, &size);
  return {family, 0};
}

Socket adopt(asio::io_context& context, UniqueFd connected) {
  const auto protocol = protocol_of(connected);
  return Socket(context.get_executor(), protocol, connected.release());
}

std::unique_ptr<Stream> make_stream(asio::io_context& context, UniqueFd connected,
                                    const std::shared_ptr<TlsServerContext>& tls) {
  Socket socket = adopt(context, std::move(connected));
  if (tls) return std::make_unique<TlsStream>(std::move(socket), tls);
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace localscale::net
