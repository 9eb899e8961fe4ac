#pragma once

#include <chrono>
#include <filesystem>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "config/config.hpp"
#include "mesh/fetcher/retry.hpp"

namespace localscale::mesh::fetcher {

/// Runs the fetcher for this config until the house closes `channel` or the process is told to end (SIGTERM,
/// SIGINT). Blocks. Fails where the config's registries or folders are unusable.
Result<void> run_fetcher(const config::Config& config, const RetryPolicy& policy, UniqueFd channel);

}  // namespace localscale::mesh::fetcher
