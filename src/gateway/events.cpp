#include "gateway/events.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace localscale::gateway {

void Events::publish(std::string_view kind, std::string json) {
  events_.push_back(Event{++last_, std::string(kind), std::move(json)});
  if (events_.size() > events_max) events_.pop_front();
}

std::vector<Events::Event> Events::after(std::uint64_t number) const {
  std::vector<Event> fresh;
  for (const Event& event : events_) {
    if (event.number > number) fresh.push_back(event);
  }
  return fresh;
}

void Events::close() {
  closed_ = true;
  for (boost::asio::steady_timer* const timer : waiting_) timer->cancel();
}

net::Task<void> Events::wait(std::chrono::milliseconds time) {
  if (closed_) co_return;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  struct Entry {
    std::unordered_set<boost::asio::steady_timer*>& waiting;
    boost::asio::steady_timer* timer;
    ~Entry() { waiting.erase(timer); }
  };
  waiting_.insert(&timer);
  const Entry entry{waiting_, &timer};
  co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace localscale::gateway
