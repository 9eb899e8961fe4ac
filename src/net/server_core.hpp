#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/body_budget.hpp"
#include "net/response_head.hpp"
#include "net/seats.hpp"
#include "net/server.hpp"

namespace localscale::net {

class Connection;
class Listener;

/// What a server's connections share. It outlives the Server until the last connection has ended.
struct ServerCore : std::enable_shared_from_this<ServerCore> {
  ServerCore(boost::asio::io_context& io, Limits limits, Handler handler, Refusal refusal);
  ~ServerCore();

  void add(Connection& connection);
  void remove(Connection& connection);
  /// The connections as they are now; safe to act on while some end.
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> snapshot() const;
  [[nodiscard]] std::string next_request_id();
  void stop_accepting();
  void cut_all();

  boost::asio::io_context& context;
  const Limits limits;
  const Handler handler;
  const Refusal refusal;
  HeadCheck head_check;  ///< May be empty.
  HttpDate date;
  ServerStats stats;
  Seats seats;
  BodyBudget bodies;
  std::uint32_t refusing = 0;  ///< Connections that only get to know that there are too many.
  bool draining = false;
  std::vector<std::shared_ptr<Listener>> listeners;
  boost::asio::steady_timer drained;

 private:
  /// One coarse timer for all deadlines: no timer per request.
  void tick();

  std::unordered_set<Connection*> connections_;
  boost::asio::steady_timer ticker_;
  bool ticking_ = false;
  std::string id_prefix_;
  std::uint64_t next_id_ = 0;
};

}  // namespace localscale::net
