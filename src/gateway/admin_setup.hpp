#pragma once

#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// How far the owner's guided set-up has come: GET and PATCH setup.
class AdminSetup {
 public:
  explicit AdminSetup(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> show(Call& call);
  net::Task<void> change(Call& call);

  Services& services_;
};

}  // namespace localscale::gateway
