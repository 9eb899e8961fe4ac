#pragma once

#include "gateway/log_store.hpp"
#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// The home's log under /localscale/v1/logs: the newest lines, and what comes.
class LogAdmin {
 public:
  explicit LogAdmin(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> newest(Call& call);
  net::Task<void> stream(Call& call);

  Services& services_;
};

}  // namespace localscale::gateway
