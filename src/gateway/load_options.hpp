#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gateway/services.hpp"

namespace localscale::gateway {

/// Options for leasing `model` whose progress, if it must be loaded, becomes `load` events for the page.
engine::LoadOptions load_options(Services& services, std::string model,
                                 std::optional<std::chrono::seconds> keep_alive = std::nullopt,
                                 std::uint32_t context_tokens = 0);

}  // namespace localscale::gateway
