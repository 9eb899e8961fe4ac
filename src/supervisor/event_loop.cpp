#include "supervisor/event_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>

namespace localscale::supervisor {
namespace {

/// What epoll gives back: the descriptor, and which registration of that number it was. A number is reused as
/// soon as it is closed, while events of its former owner may still wait in the same round.
std::uint64_t ticket_of(int fd, std::uint32_t watch) {
  return std::uint64_t{watch} << 32U | static_cast<std::uint32_t>(fd);
}

int fd_of(std::uint64_t ticket) {
  return static_cast<int>(ticket & 0xFFFF'FFFFU);
}

}  // namespace

Result<EventLoop> EventLoop::make() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail_errno("make an event loop", errno);
  return EventLoop(std::move(epoll));
}

Result<void> EventLoop::watch(int fd, Callback callback) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = ticket_of(fd, ++last_watch_);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    return fail_errno("watch a descriptor", errno);
  watched_[fd] = {event.data.u64, std::make_shared<Callback>(std::move(callback))};
  return {};
}

void EventLoop::unwatch(int fd) {
  if (watched_.erase(fd) > 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::after(std::chrono::milliseconds delay, Callback callback) {
  timers_.emplace(Clock::now() + delay, Timer{++last_timer_, std::move(callback)});
  return last_timer_;
}

void EventLoop::cancel(TimerId timer) {
  std::erase_if(timers_, [&](const auto& entry) { return entry.second.id == timer; });
}

int EventLoop::timeout_ms() const {
  if (timers_.empty()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
}

void EventLoop::dispatch(std::uint64_t ticket) {
  const auto found = watched_.find(fd_of(ticket));
  // Another callback of this round removed it, or watches another descriptor of its number now.
  if (found == watched_.end() || found->second.ticket != ticket) return;
  const std::shared_ptr<Callback> kept = found->second.callback;  // It may remove itself while it runs.
  (*kept)();
}

void EventLoop::fire_timers() {
  const auto now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const Timer timer = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    timer.callback();
  }
}

void EventLoop::run() {
  running_ = true;
  std::array<epoll_event, 16> events{};
  while (running_) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms());
    for (int i = 0; i < count && running_; ++i) dispatch(events[static_cast<std::size_t>(i)].data.u64);
    fire_timers();
  }
}

}  // namespace localscale::supervisor
