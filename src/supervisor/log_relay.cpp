#include "supervisor/log_relay.hpp"

#include <utility>

#include "base/log_tap.hpp"

namespace localscale::supervisor {
namespace {

constexpr auto kSendAfter = std::chrono::milliseconds(100);
constexpr auto kTryAgainAfter = std::chrono::seconds(1);

}  // namespace

LogRelay::LogRelay(EventLoop& loop, Send send) : loop_(loop), send_(std::move(send)) {
  log::tap([this](std::string_view line) { take(line); });
}

LogRelay::~LogRelay() {
  log::tap({});
}

/// Called by the log itself: logs nothing.
void LogRelay::take(std::string_view line) {
  lines_.add(line);
  if (!std::exchange(on_its_way_, true)) loop_.after(kSendAfter, [this] { send_some(); });
}

void LogRelay::send_some() {
  on_its_way_ = false;
  if (unsent_.lines.empty() && unsent_.dropped == 0) unsent_ = lines_.take();
  wire::SupervisorEvent event;
  for (const std::string& line : unsent_.lines) event.mutable_log()->add_lines(line);
  event.mutable_log()->set_dropped(unsent_.dropped);
  const bool sent = send_(event);
  if (sent) unsent_ = {};
  if (sent && lines_.empty()) return;
  on_its_way_ = true;
  loop_.after(sent ? kSendAfter : std::chrono::milliseconds(kTryAgainAfter), [this] { send_some(); });
}

}  // namespace localscale::supervisor
