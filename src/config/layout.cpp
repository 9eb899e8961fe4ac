#include "config/layout.hpp"

namespace localscale::config {

Layout::Layout(const Config& config)
    : state(config.state_directory),
      house(state / "house"),
      database(house / "localscale.db"),
      models(config.models.directory.empty() ? state / "models" : config.models.directory),
      blobs(models / "blobs"),
      incoming(models / "incoming"),
      run(state / "run"),
      admin_socket(run / "localscale.sock"),
      lock(run / "supervisor.lock"),
      log(state / "log" / "localscale.log") {}

}  // namespace localscale::config
