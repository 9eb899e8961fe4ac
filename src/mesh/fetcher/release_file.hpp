#pragma once

#include <string>

#include "base/error.hpp"
#include "mesh/fetcher/pull.hpp"

namespace localscale::mesh::fetcher {

inline constexpr std::size_t max_release_file_bytes = 32U << 10;

/// Asks `common.release_url` for the release file: one GET that says nothing of this home but its version.
/// The rules for registries hold (https, public addresses, unless the config lists host and port). Fails with
/// unsupported where no URL is set.
Result<std::string> fetch_release_file(const Common& common, const Cancel& cancel);

}  // namespace localscale::mesh::fetcher
