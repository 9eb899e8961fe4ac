#include "stub/pacer.hpp"

#include <memory>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace localscale::stub {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::microseconds kSlot{250};

}  // namespace

struct Pacer::Waiting {
  using Handler = asio::any_completion_handler<void(boost::system::error_code)>;
  Handler handler;

  void finish(boost::system::error_code error) {
    if (!handler) return;
    Handler taken;  // Boost 1.81's move assignment calls itself for ever; swap is sound.
    taken.swap(handler);
    std::move(taken)(error);
  }
};

net::Task<void> Pacer::until(Clock::time_point when) {
  if (when <= Clock::now()) co_return;
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(boost::system::error_code)>(
      [this, when](auto handler) {
        auto entry = std::make_shared<Waiting>();
        auto slot = asio::get_associated_cancellation_slot(handler);
        Waiting::Handler(std::move(handler)).swap(entry->handler);
        if (slot.is_connected()) {
          slot.assign([this, weak = std::weak_ptr(entry)](asio::cancellation_type) {
            asio::post(timer_.get_executor(), [weak] {
              if (const auto held = weak.lock()) held->finish(asio::error::operation_aborted);
            });
          });
        }
        waiting_.emplace(when, std::move(entry));
        arm();
      },
      asio::use_awaitable);
}

void Pacer::arm() {
  const auto first = waiting_.top().first;
  if (first >= armed_for_) return;
  armed_for_ = first;
  timer_.expires_at(first);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) wake_due();
  });
}

void Pacer::wake_due() {
  armed_for_ = Clock::time_point::max();
  const auto now = Clock::now() + kSlot;
  std::vector<std::shared_ptr<Waiting>> due;
  while (!waiting_.empty() && waiting_.top().first <= now) {
    due.push_back(waiting_.top().second);
    waiting_.pop();
  }
  for (const auto& entry : due) entry->finish({});
  if (!waiting_.empty()) arm();
}

}  // namespace localscale::stub
