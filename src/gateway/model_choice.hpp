#pragma once

#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// What people are told before they download a model: whether it fits this machine and how fast it will be.
class ModelChoice {
 public:
  explicit ModelChoice(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> fit(Call& call);
  net::Task<void> suggestions(Call& call);

  Services& services_;
};

}  // namespace localscale::gateway
