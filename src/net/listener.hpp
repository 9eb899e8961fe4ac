#pragma once

#include <memory>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/server_core.hpp"

namespace localscale::net {

/// Accepts on one listening socket until it is closed.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(const std::shared_ptr<ServerCore>& core, UniqueFd socket, Door door,
           std::shared_ptr<TlsServerContext> tls);

  void start();
  void close();
  [[nodiscard]] Door door() const { return door_; }
  void renew(const std::shared_ptr<TlsServerContext>& tls) { tls_ = tls; }

 private:
  static Task<void> run(std::shared_ptr<Listener> self);
  /// Takes the clients that wait now. False if the process is out of descriptors.
  bool accept_waiting();
  void serve(UniqueFd client, std::string peer);

  std::weak_ptr<ServerCore> core_;  ///< The core owns its listeners.
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer pause_;
  Door door_;
  std::shared_ptr<TlsServerContext> tls_;
};

}  // namespace localscale::net
