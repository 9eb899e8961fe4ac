#include "cli/verb.hpp"

namespace localscale::cli {

Outcome<config::Config> Context::config() const {
  auto loaded = config::load(config_path);
  if (!loaded) return failed(loaded.error());
  return std::move(*loaded);
}

Outcome<Home> Context::home() const {
  const auto loaded = config();
  if (!loaded) return tl::unexpected(loaded.error());
  return Home(config::Layout(*loaded));
}

}  // namespace localscale::cli
