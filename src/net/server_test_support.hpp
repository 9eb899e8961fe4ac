#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "base/unique_fd.hpp"
#include "net/server.hpp"

/// Tests only: a server on its own thread and a blocking client.
namespace localscale::net::test {

/// A listening loopback TCP socket on a free port.
UniqueFd listen_on_loopback(std::uint16_t& port);
UniqueFd connect_to_loopback(std::uint16_t port);

/// A server that runs till the end of the test.
class LiveServer {
 public:
  explicit LiveServer(Handler handler, Limits limits = {}, std::shared_ptr<TlsServerContext> tls = {},
                      Door door = Door::loopback, HeadCheck check = {});
  ~LiveServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  /// Runs `work` on the server's thread and waits for it.
  void run(const std::function<void()>& work);
  [[nodiscard]] ServerStats stats();
  /// Waits until `condition`, asked on the server's thread, holds; false after two seconds.
  bool eventually(const std::function<bool()>& condition);

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::uint16_t port_ = 0;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

/// A blocking client. Reads give up after three seconds.
class Client {
 public:
  explicit Client(std::uint16_t port);
  void send(std::string_view bytes) const;
  void finish_sending() const;
  void close() { socket_.reset(); }
  /// Reads until `mark` has come, or to the end; what came up to and with it.
  std::string read_until(std::string_view mark);
  std::string read_to_end();

 private:
  bool read_more();

  UniqueFd socket_;
  std::string pending_;
};

}  // namespace localscale::net::test
