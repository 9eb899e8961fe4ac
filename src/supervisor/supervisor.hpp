#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "sandbox/child.hpp"
#include "sandbox/packet.hpp"
#include "supervisor/backoff.hpp"
#include "supervisor/config_desk.hpp"
#include "supervisor/event_loop.hpp"
#include "supervisor/house_link.hpp"
#include "supervisor/listeners.hpp"
#include "supervisor/load.hpp"
#include "supervisor/log_relay.hpp"
#include "supervisor/roles.hpp"
#include "supervisor/walls.hpp"
#include "supervisor/workers.hpp"

namespace localscale::supervisor {

/// Starts the home's processes in their confinement, hands them sockets, restarts what dies. It reads no byte
/// of a client: its only input is the config, the house's typed requests, and the exits of its children. One
/// thread.
class Supervisor {
 public:
  Supervisor(EventLoop loop, Home home, Listeners listeners);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Runs until SIGTERM or SIGINT and all children have ended. Fails if the house cannot be started at all.
  Result<void> run();

 private:
  /// A child that is restarted when it ends.
  struct Kept {
    std::optional<sandbox::Child> child;
    std::chrono::steady_clock::time_point started;
    Backoff backoff;
    EventLoop::TimerId restart = 0;
  };

  Result<void> watch_signals();
  void take_signals();
  Result<void> start_house();
  Result<sandbox::Confinement> prepare_house(int supervisor_end, int fetcher_end, int names_end) const;
  Result<void> start_fetcher(UniqueFd channel);
  void restart_house();
  void restart_fetcher();
  void retry_fetcher(const Error& error);
  void house_ended();
  void fetcher_ended();
  void schedule(Kept& kept, const char* what, const sandbox::Exit& how, EventLoop::Callback again);
  void take_requests();
  void end_unlinked_house(std::chrono::milliseconds patience);
  void handle(const wire::SupervisorRequest& request);
  void launch(const wire::SupervisorRequest& request);
  void look_at_config();
  void show_config(std::uint64_t id);
  void change_config(const wire::SupervisorRequest& request);
  void answer_failure(std::uint64_t id, const Error& error);
  void send_load();
  void take_walls(wire::Walls walls);
  void send_walls();
  /// The pipe on which the house hears of this machine's names; gives its end. Invalid where no LAN door
  /// asks.
  Result<UniqueFd> make_names_pipe();
  void tell_names();
  void watch_names();
  void begin_stop();
  void end_rest();
  void finish_if_all_ended();

  EventLoop loop_;
  Home home_;
  Listeners listeners_;
  UniqueFd signals_;
  Kept house_;
  Kept fetcher_;
  std::unique_ptr<HouseLink> link_;
  LogRelay log_;  ///< Before the parts that have something to say.
  Workers workers_;
  WallTest wall_test_;
  std::chrono::seconds wall_test_pause_;  ///< Until it runs again, should a wall not have been tested.
  std::optional<wire::Walls> walls_;
  EventLoop::TimerId unlinked_ = 0;  ///< Ends a house that has closed its channel and runs on.
  LoadSensor load_;
  ConfigDesk config_;
  UniqueFd names_;          ///< Our end of the pipe; invalid without a LAN door.
  std::string names_told_;  ///< The last line on it.
  bool stopping_ = false;
  bool house_cannot_run_ = false;  ///< It said so itself (exit_cannot_run).
  bool rest_ending_ = false;
};

}  // namespace localscale::supervisor
