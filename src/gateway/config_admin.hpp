#pragma once

#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// The config under /localscale/v1/config: every key with its meaning, its value in the file and the value
/// that the home goes by; and changes of what a page may change.
class ConfigAdmin {
 public:
  explicit ConfigAdmin(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> show(Call& call);
  net::Task<void> change(Call& call);
  [[nodiscard]] std::string body_of(const engine::ConfigText& file) const;

  Services& services_;
};

}  // namespace localscale::gateway
