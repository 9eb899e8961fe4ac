#pragma once

#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// The home's own API under /localscale/v1/ for the command line and the page, and /healthz and /metrics.
/// Every JSON answer has "schema": 1.
class Admin {
 public:
  explicit Admin(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  void add_model_routes(Routes& routes);
  void add_key_routes(Routes& routes);

  net::Task<void> healthz(Call& call);
  /// Whether the default model can be asked.
  net::Task<void> readyz(Call& call);
  net::Task<void> metrics(Call& call);
  net::Task<void> status(Call& call);
  net::Task<void> events(Call& call);

  net::Task<void> models(Call& call);
  net::Task<void> model(Call& call);
  net::Task<void> remove(Call& call);
  net::Task<void> copy(Call& call);
  net::Task<void> ps(Call& call);
  net::Task<void> load(Call& call);
  net::Task<void> stop(Call& call);

  net::Task<void> create_key(Call& call);
  net::Task<void> list_keys(Call& call);
  net::Task<void> revoke_key(Call& call);

  Services& services_;
};

}  // namespace localscale::gateway
