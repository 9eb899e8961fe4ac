#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.hpp"

namespace localscale::house {

/// While it lives, the log's lines are written together a tenth of a second after the first of them: the
/// house writes one for each request. On the thread that runs the context.
class CollectedLog {
 public:
  explicit CollectedLog(boost::asio::io_context& context) : timer_(context) {
    log::collect([this] { boost::asio::post(timer_.get_executor(), [this] { write_soon(); }); });
  }
  ~CollectedLog() { log::collect({}); }
  CollectedLog(const CollectedLog&) = delete;
  CollectedLog& operator=(const CollectedLog&) = delete;

 private:
  void write_soon() {
    timer_.expires_after(std::chrono::milliseconds(100));
    timer_.async_wait([](boost::system::error_code error) {
      if (!error) log::write_collected();
    });
  }

  boost::asio::steady_timer timer_;
};

}  // namespace localscale::house
