#pragma once

#include <string_view>

namespace localscale::supervisor {

/// Tells systemd about this service ("READY=1", "STOPPING=1", "WATCHDOG=1") if it started us with
/// NOTIFY_SOCKET; else nothing.
void notify_service_manager(std::string_view state);

}  // namespace localscale::supervisor
