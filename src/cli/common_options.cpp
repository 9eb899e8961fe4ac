#include "cli/common_options.hpp"

namespace localscale::cli {

std::vector<Option> common_options(Common& common) {
  return {{"--json", "Print JSON (one object a line) with a schema name", &common.json},
          {"-q,--quiet", "Print nothing but errors and what was asked for", &common.quiet},
          {"--config", "The config file; default: see `localscale config`", &common.config, false,
           Completes::file}};
}

}  // namespace localscale::cli
