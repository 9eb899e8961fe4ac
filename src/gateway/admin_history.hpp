#pragma once

#include "gateway/history.hpp"
#include "gateway/routes.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// GET history: how the home was in the last day.
class AdminHistory {
 public:
  explicit AdminHistory(Services& services) : services_(services) {}
  void add_to(Routes& routes);

  /// Takes a sample each History::step until it is cancelled.
  net::Task<void> keep();

 private:
  net::Task<void> show(Call& call);
  [[nodiscard]] Sample sample(std::chrono::duration<double> since_last, std::uint64_t tokens_before) const;

  Services& services_;
  History history_;
};

}  // namespace localscale::gateway
