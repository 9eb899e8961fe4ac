#pragma once

#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Downloads of models for the page and the command line: starts, lists and pauses them. All pulls, whoever
/// asked for them, are told in events and counted here.
class Pulls {
 public:
  explicit Pulls(Services& services);
  ~Pulls();
  Pulls(const Pulls&) = delete;
  Pulls& operator=(const Pulls&) = delete;
  void add_to(Routes& routes);

 private:
  net::Task<void> pull(Call& call);
  net::Task<void> start(Call& call, std::string name);
  net::Task<void> list(Call& call);
  net::Task<void> pause(Call& call);
  void tell(const engine::PullState& state);

  Services& services_;
};

}  // namespace localscale::gateway
