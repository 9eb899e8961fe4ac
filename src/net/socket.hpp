#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "base/unique_fd.hpp"

namespace localscale::net {

/// A stream socket of any family. With the io_context's own executor type Asio completes without type
/// erasure.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                boost::asio::io_context::executor_type>;

/// The same for coroutines: their handlers bring any_io_executor, and Asio completes without a detour where
/// the socket has the same.
using AwaitedSocket = boost::asio::generic::stream_protocol::socket;

/// The family of a connected stream socket.
boost::asio::generic::stream_protocol protocol_of(const UniqueFd& connected);

/// Wraps a connected descriptor.
Socket adopt(boost::asio::io_context& context, UniqueFd connected);

}  // namespace localscale::net
