#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/layout.hpp"
#include "gateway/gateway.hpp"
#include "gateway/home_status.hpp"
#include "house/inherited_sockets.hpp"
#include "house/lan_certificate.hpp"
#include "house/machine_names.hpp"
#include "house/parts.hpp"
#include "house/state_word.hpp"
#include "net/server.hpp"
#include "store/conversation_store.hpp"
#include "store/database.hpp"
#include "store/measurement_store.hpp"
#include "store/setup_store.hpp"

namespace localscale::house {

/// Everything that the supervisor handed over.
struct Inheritance {
  std::vector<InheritedSocket> sockets;
  std::vector<ShutDoor> shut;
  Channels channels;
  UniqueFd machine_names;  ///< A pipe: see machine_names.hpp. Invalid without a LAN door with TLS.
};

/// The house: state, models, engines and the gateway, answering on inherited sockets. One thread; `context`
/// outlives it.
class House final : public gateway::HomeStatus {
 public:
  /// Opens the database and puts the parts together. Nothing is answered yet.
  static Result<std::unique_ptr<House>> make(boost::asio::io_context& context, config::Config config,
                                             Inheritance inherited);
  ~House() override;

  /// Opens the doors. Afterwards the caller runs the context, which ends after SIGTERM, SIGINT or the
  /// supervisor's end, once the running answers are done (at most the config's drain time).
  Result<void> open();

  [[nodiscard]] gateway::HomeState state() const override;

 private:
  House(boost::asio::io_context& context, config::Config config, store::Database database);
  Result<void> build(Inheritance inherited);
  Result<void> open_door(InheritedSocket socket);
  /// Looks twice a day whether the LAN certificate is due, for as long as the house runs.
  net::Task<void> renew_certificate();
  /// Puts new names of this machine into the LAN certificate.
  net::Task<void> follow_names();
  void renew_now();
  void watch_signals();
  void begin_stop(std::string_view why);
  net::Task<void> stop();
  void take_walls(std::vector<WallReport> reports);
  [[nodiscard]] Facts facts() const;
  [[nodiscard]] gateway::LanAccess lan_access() const;
  [[nodiscard]] Notices notices();

  boost::asio::io_context& context_;
  config::Config config_;
  config::Layout layout_;
  gateway::LogStore logs_;
  store::Database database_;
  store::SqliteMeasurementStore measurements_{database_};
  std::unique_ptr<store::SetupStore> setup_;
  std::vector<InheritedSocket> sockets_;
  UniqueFd names_pipe_;
  MachineNames machine_names_;
  std::unique_ptr<store::ConversationStore> conversations_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<net::Server> server_;
  boost::asio::signal_set signals_;
  boost::asio::cancellation_signal stop_;
  boost::asio::cancellation_signal stop_history_;
  boost::asio::cancellation_signal stop_sessions_;

  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  std::vector<gateway::DoorState> doors_;
  std::vector<WallReport> walls_;
  LanCertificate lan_certificate_;  ///< Empty without a LAN door with TLS.
  bool starting_ = true;
  bool stopping_ = false;
  bool supervised_ = false;
  bool fetcher_here_ = false;
};

}  // namespace localscale::house
