#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "net/read_buffer.hpp"
#include "net/request_parser.hpp"
#include "net/server_core.hpp"
#include "net/stream.hpp"

namespace localscale::net {

/// One client's connection: requests one after the other, each answered before the next is looked at.
///
/// One read is always under way: it waits for the next request, and while a handler runs it notices that the
/// client hung up. Pipelined requests stay in the buffer meanwhile. It lives as long as its coroutine.
class Connection final : public Exchange, public ReadSink, public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  /// Who is at the other end.
  struct Client {
    Door door = Door::loopback;
    std::string peer;
    Seat seat;  ///< Not taken: it is only told that there are too many.
  };

  Connection(std::shared_ptr<ServerCore> core, std::unique_ptr<Stream> stream, Client client);
  ~Connection() override;

  void start();
  /// Answers 503 instead of reading.
  void start_refusing(std::string_view reason);
  [[nodiscard]] bool overdue(Clock::time_point now) const {
    return now >= deadline_ || now >= recognition_deadline_;
  }
  /// Called when `overdue`: ends what took too long.
  void expire();
  /// Closes if idle; otherwise the running answer is the last.
  void drain();
  /// Ends the handler and closes.
  void cut();

  Task<Result<void>> send(Response response) override;
  Task<Result<void>> begin(unsigned status, Headers headers) override;
  Task<Result<void>> write(std::string_view piece) override;
  Task<Result<void>> end() override;
  [[nodiscard]] bool begun() const override { return begun_; }
  void interrupt() override;

  void on_read(boost::system::error_code error, std::size_t bytes) override;

 private:
  enum class Phase { handshake, idle, head, body, handling, lingering };
  using Waiter = boost::asio::any_completion_handler<void()>;
  using Pieces = std::array<boost::asio::const_buffer, 4>;

  static Task<void> run(std::shared_ptr<Connection> self);
  static Task<void> run_refusing(std::shared_ptr<Connection> self, std::string reason);
  Task<bool> handshake();
  Task<bool> next_request();
  Task<bool> more_bytes();
  Task<void> answer();
  Task<void> refuse(unsigned status, std::string message);
  Task<void> refuse(Response response);
  Task<void> linger();
  Task<Result<void>> send_rest(Pieces pieces);
  Task<Result<void>> send_slowly(boost::asio::const_buffer piece);

  RequestParser::State parse();
  /// The answer that refuses a request by its head.
  std::optional<Response> check_head(RequestParser::State state);
  void enter(Phase phase);
  void arm_read();
  void wake();
  void client_gone();
  [[nodiscard]] bool keeps_alive() const;
  [[nodiscard]] bool tolerates_half_close() const;
  Result<void> lost();
  /// Writes what goes without waiting and takes it off `pieces`; true if all is written.
  Result<bool> send_now(Pieces& pieces);

  std::shared_ptr<ServerCore> core_;
  Seat seat_;
  const bool served_;
  std::unique_ptr<Stream> stream_;
  ReadBuffer in_;
  RequestParser parser_;
  Request request_;
  std::string head_;
  boost::asio::cancellation_signal cancel_;
  Waiter waiter_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point recognition_deadline_ = Clock::time_point::max();
  Clock::time_point body_start_;
  std::size_t body_counted_ = 0;  ///< What the body budget counts for this connection.
  Phase phase_ = Phase::handshake;
  bool recognised_ = false;  ///< A LAN client that has shown a valid key; on other doors nobody has to.
  bool reading_ = false;     ///< A read is under way.
  bool ended_ = false;       ///< The client sends no more.
  bool gone_ = false;        ///< The client takes no more.
  bool expired_ = false;     ///< A deadline passed.
  bool last_ = false;        ///< Close after this answer.
  bool begun_ = false;
  bool answered_ = false;
  bool chunked_ = false;
  bool bodiless_ = false;
};

}  // namespace localscale::net
