#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace localscale::net {

/// When the first certificate in `pem` ends, in Unix seconds; nullopt if there is none that can be read.
std::optional<std::int64_t> certificate_expiry(std::string_view pem);

}  // namespace localscale::net
