#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "sandbox/child.hpp"
#include "supervisor/event_loop.hpp"
#include "supervisor/roles.hpp"
#include "wire/control.pb.h"

namespace localscale::supervisor {

/// Runs the escape probe inside each real confinement, beside the running home, and collects what it found
/// open.
class WallTest {
 public:
  /// `on_done` gets one Wall per process, once all have ended (at most 30 s after a start).
  WallTest(EventLoop& loop, const Home& home, std::function<void(wire::Walls)> on_done);
  ~WallTest();
  WallTest(const WallTest&) = delete;
  WallTest& operator=(const WallTest&) = delete;

  /// Starts the probes. Those that cannot start report why. May be called again once `on_done` was; not by
  /// it.
  void start();

 private:
  struct Probe;

  void launch(const std::string& process, Result<sandbox::Confinement> confinement);
  void read_output(Probe& probe);
  void ended(Probe& probe);
  void give_up();
  void finish_if_done();

  EventLoop& loop_;
  const Home& home_;
  std::function<void(wire::Walls)> on_done_;
  std::vector<std::unique_ptr<Probe>> probes_;
  EventLoop::TimerId deadline_ = 0;
  bool done_ = false;
};

}  // namespace localscale::supervisor
