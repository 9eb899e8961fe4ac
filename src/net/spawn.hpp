#pragma once

#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "net/http.hpp"

namespace localscale::net {

/// Starts a coroutine that nobody awaits. An exception that leaves it is logged under `name` (a literal: it
/// is kept by view), except operation_aborted, which is how a cancelled coroutine ends. `stop`, where given,
/// ends the coroutine when it is emitted; it must outlive the coroutine.
void spawn(const boost::asio::any_io_executor& executor, std::string_view name, Task<void> task,
           boost::asio::cancellation_slot stop = {});

}  // namespace localscale::net
