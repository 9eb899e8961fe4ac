#pragma once

#include <vector>

#include "config/model_roots.hpp"
#include "engine/scan.hpp"

namespace localscale::engine {

/// The config's model folders as the catalog scans them; our own blobs are left out, they are known by name.
std::vector<ScanRoot> scan_roots(const std::vector<config::ModelRoot>& roots);

}  // namespace localscale::engine
