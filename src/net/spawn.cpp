#include "net/spawn.hpp"

#include <exception>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"

namespace localscale::net {
namespace {

struct LogFailure {
  std::string_view name;

  void operator()(const std::exception_ptr& failure) const {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::operation_aborted) report(error.what());
    } catch (const std::exception& error) {
      report(error.what());
    } catch (...) {
      report("an exception of unknown type");
    }
  }

  void report(std::string_view what) const { spdlog::error("task failed task={} error=\"{}\"", name, what); }
};

}  // namespace

void spawn(const boost::asio::any_io_executor& executor, std::string_view name, Task<void> task,
           boost::asio::cancellation_slot stop) {
  boost::asio::co_spawn(executor, std::move(task),
                        boost::asio::bind_cancellation_slot(stop, LogFailure{name}));
}

}  // namespace localscale::net
