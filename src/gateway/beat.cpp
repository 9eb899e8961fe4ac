#include "gateway/beat.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace localscale::gateway {

net::Task<void> Beat::suspend(Timers& timers, Clock::time_point due) {
  boost::asio::steady_timer woken(co_await boost::asio::this_coro::executor, due);
  struct Entry {
    Timers& timers;
    boost::asio::steady_timer* timer;
    ~Entry() { timers.erase(timer); }
  };
  timers.insert(&woken);
  const Entry entry{timers, &woken};
  const auto [cancelled] = co_await woken.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  static_cast<void>(cancelled);  // that is how it is woken
}

net::Task<void> Beat::after(std::uint64_t seen) {
  if (stopped_ || number_ > seen) co_return;
  arm(co_await boost::asio::this_coro::executor);
  co_await suspend(waiting_, Clock::time_point::max());
}

net::Task<void> Beat::pause(std::chrono::milliseconds time) {
  if (stopped_) co_return;
  co_await suspend(pausing_, Clock::now() + time);
}

void Beat::hurry() {
  if (hurried_) return;
  hurried_ = true;
  if (armed_) set_timer(std::max(Clock::now(), last_ + shortest));
}

void Beat::stop() {
  stopped_ = true;
  if (timer_) timer_->cancel();
  for (boost::asio::steady_timer* const timer : waiting_) timer->cancel();
  for (boost::asio::steady_timer* const timer : pausing_) timer->cancel();
}

void Beat::arm(const boost::asio::any_io_executor& executor) {
  if (armed_) return;
  armed_ = true;
  if (!timer_) timer_.emplace(executor);
  const auto now = Clock::now();
  if (next_period_ <= now) next_period_ = now + period;
  set_timer(hurried_ ? std::max(now, last_ + shortest) : next_period_);
}

void Beat::set_timer(Clock::time_point due) {
  timer_->expires_at(std::min(due, next_period_));
  timer_->async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) beat();
  });
}

void Beat::beat() {
  armed_ = false;
  hurried_ = false;
  ++number_;
  last_ = Clock::now();
  if (last_ >= next_period_) ++periods_;
  for (boost::asio::steady_timer* const timer : waiting_) timer->cancel();
}

}  // namespace localscale::gateway
