#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gateway/line_stream.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Options for leasing `model` whose progress, if it must be loaded, becomes `load` events for the page.
engine::LoadOptions load_options(Services& services, std::string model,
                                 std::optional<std::chrono::seconds> keep_alive = std::nullopt,
                                 std::uint32_t context_tokens = 0);

/// What `sink` does, and a line to the client. `lines` outlives it.
engine::ProgressSink also_as_lines(engine::ProgressSink sink, LineStream& lines);

}  // namespace localscale::gateway
