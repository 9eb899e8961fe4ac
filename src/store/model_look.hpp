#pragma once

#include <filesystem>
#include <vector>

#include "store/model_store.hpp"

namespace localscale::store {

/// The names in the home's database at `path`, read beside a running home or without one. Changes nothing: no
/// migration, no repair. A database that is not there yet holds none.
Result<std::vector<NamedModel>> look_at_models(const std::filesystem::path& path);

}  // namespace localscale::store
