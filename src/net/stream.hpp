#pragma once

#include <cstddef>
#include <memory>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include "base/unique_fd.hpp"

namespace localscale::net {

class TlsServerContext;

using IoHandler = boost::asio::any_completion_handler<void(boost::system::error_code, std::size_t)>;

/// Takes what `Stream::read_some` read.
class ReadSink {
 public:
  virtual ~ReadSink() = default;
  virtual void on_read(boost::system::error_code error, std::size_t bytes) = 0;
};

/// A connected byte stream: TCP, a unix socket, or TLS over one of them. One class, so that the code above is
/// compiled once. At most one read and one write at a time. One thread.
class Stream {
 public:
  virtual ~Stream() = default;
  /// The server's side of the TLS handshake; completes at once on a plain stream.
  virtual void handshake(IoHandler done) = 0;
  /// Reads at least one byte. The sink is kept alive until it was called.
  virtual void read_some(boost::asio::mutable_buffer into, std::shared_ptr<ReadSink> sink) = 0;
  /// Writes without waiting what the kernel takes now, from `count` buffers; would_block if that is nothing,
  /// and always on a TLS stream.
  virtual std::size_t write_now(const boost::asio::const_buffer* buffers, std::size_t count,
                                boost::system::error_code& error) = 0;
  /// Writes at least one byte.
  virtual void write_some(boost::asio::const_buffer from, IoHandler done) = 0;
  /// True if small pieces are better joined before they are written (TLS makes a record of each).
  [[nodiscard]] virtual bool joins_writes() const = 0;
  /// Says to the peer that nothing more comes; reading goes on.
  virtual void shut_down_sending() = 0;
  /// Closes; what is pending ends with operation_aborted.
  virtual void close() = 0;
};

/// Takes a connected stream socket. `tls` empty: plain.
std::unique_ptr<Stream> make_stream(boost::asio::io_context& context, UniqueFd connected,
                                    const std::shared_ptr<TlsServerContext>& tls);

}  // namespace localscale::net
