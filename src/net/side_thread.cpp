#include "net/side_thread.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace localscale::net {
namespace {

/// What waits for a piece of work. Touched by the executor's thread only.
struct Waiting {
  explicit Waiting(const boost::asio::any_io_executor& executor)
      : woken(executor, boost::asio::steady_timer::time_point::max()) {}
  boost::asio::steady_timer woken;
  bool done = false;
};

}  // namespace

class SideThread::Thread {
 public:
  ~Thread() { pool.join(); }
  boost::asio::thread_pool pool{1};
};

SideThread::SideThread() : busy_(std::make_shared<bool>(false)) {}

SideThread::~SideThread() = default;

bool SideThread::busy() const {
  return *busy_;
}

Task<Result<void>> SideThread::perform(std::function<void()> work) {
  if (*busy_) {
    Error error{Errc::exhausted, "The home is busy with the like of this; nothing was done.",
                "Try again in a second."};
    error.retry_after = std::chrono::seconds(1);
    co_return tl::unexpected(std::move(error));
  }
  if (!thread_) thread_ = std::make_unique<Thread>();
  const auto executor = co_await boost::asio::this_coro::executor;
  auto waiting = std::make_shared<Waiting>(executor);
  *busy_ = true;
  boost::asio::post(thread_->pool, [executor, waiting, busy = busy_, work = std::move(work)]() mutable {
    work();
    // The last reference to what belongs to the executor's thread must not be dropped on this one.
    boost::asio::post(executor, [waiting = std::move(waiting), busy = std::move(busy)] {
      *busy = false;
      waiting->done = true;
      waiting->woken.cancel();
    });
  });
  const auto [woken] = co_await waiting->woken.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  static_cast<void>(woken);
  if (!waiting->done) co_return fail(Errc::cancelled, "Nobody waits for it any more.");
  co_return Result<void>{};
}

}  // namespace localscale::net
