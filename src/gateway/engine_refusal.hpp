#pragma once

#include <optional>
#include <string_view>

#include "gateway/shape.hpp"

namespace localscale::gateway {

/// Engines answer 500 or 501 to some requests that are the client's own mistake, so that SDKs send them again
/// and again, and name flags or builds that only whoever runs the engine could change. Those as 400, in the
/// home's words where the engine's would mislead; nothing for any other error.
std::optional<Problem> known_refusal(std::string_view model, unsigned status, std::string_view engine_body);

}  // namespace localscale::gateway
