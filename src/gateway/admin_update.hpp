#pragma once

#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// POST /localscale/v1/update/check: asks for the newest release, each time that the owner wants it.
class UpdateCheck {
 public:
  explicit UpdateCheck(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> check(Call& call);

  Services& services_;
};

}  // namespace localscale::gateway
