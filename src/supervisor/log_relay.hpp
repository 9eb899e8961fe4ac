#pragma once

#include <functional>
#include <string_view>

#include "base/line_queue.hpp"
#include "supervisor/event_loop.hpp"
#include "wire/control.pb.h"

namespace localscale::supervisor {

/// While it lives, the lines of this process's log go to the house, too, a little after the first of them.
/// One thread, on the loop that it is given.
class LogRelay {
 public:
  /// Sends the event now, or says false: the house is not there or does not keep up, and gets the lines
  /// later.
  using Send = std::function<bool(const wire::SupervisorEvent&)>;

  LogRelay(EventLoop& loop, Send send);
  ~LogRelay();
  LogRelay(const LogRelay&) = delete;
  LogRelay& operator=(const LogRelay&) = delete;

 private:
  void take(std::string_view line);
  void send_some();

  EventLoop& loop_;
  Send send_;
  LineQueue lines_;
  LineQueue::Batch unsent_;
  bool on_its_way_ = false;  ///< A timer for send_some runs.
};

}  // namespace localscale::supervisor
