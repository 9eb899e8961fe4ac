#pragma once

#include "config/config.hpp"
#include "engine/supervisor_link.hpp"
#include "gateway/config_keeper.hpp"

namespace localscale::house {

/// The config for the gateway: what this house started with, and the file as the supervisor shows and changes
/// it.
class HomeConfig final : public gateway::ConfigKeeper {
 public:
  /// `link` is null in a house without a supervisor, which can only show what it started with.
  HomeConfig(engine::SupervisorLink* link, config::Config running)
      : link_(link), running_(std::move(running)) {}

  net::Task<Result<engine::ConfigText>> read() override;
  net::Task<Result<engine::ConfigText>> change(std::vector<config::Change> changes) override;
  [[nodiscard]] const config::Config& running() const override { return running_; }

 private:
  engine::SupervisorLink* link_;
  config::Config running_;
};

}  // namespace localscale::house
