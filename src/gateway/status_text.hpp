#pragma once

#include <string>

#include "gateway/services.hpp"

namespace localscale::gateway {

/// What `GET status` answers and `state` events hold: one line of JSON.
std::string status_text(const Services& services);

}  // namespace localscale::gateway
