#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "supervisor/event_loop.hpp"
#include "wire/control.pb.h"

namespace localscale::supervisor {

/// The supervisor's end of the channel to the house. Events wait (at most 256) while the house does not read.
class HouseLink {
 public:
  HouseLink(EventLoop& loop, UniqueFd channel);
  ~HouseLink();
  HouseLink(const HouseLink&) = delete;
  HouseLink& operator=(const HouseLink&) = delete;

  [[nodiscard]] int fd() const { return channel_.get(); }

  /// Nothing waits: what is sent now goes out at once.
  [[nodiscard]] bool idle() const { return waiting_.empty(); }
  /// Sends the event, later if it must. Events past the bound are dropped and logged.
  void send(const wire::SupervisorEvent& event, UniqueFd attached = UniqueFd());
  /// Sends a reading now or never: it would be old later, and must not take the room of what happened once.
  void send_reading(const wire::SupervisorEvent& event);

 private:
  struct Waiting {
    std::string bytes;
    UniqueFd fd;
  };

  void flush();

  EventLoop& loop_;
  UniqueFd channel_;
  std::deque<Waiting> waiting_;
  EventLoop::TimerId retry_ = 0;
};

}  // namespace localscale::supervisor
