#pragma once

#include <functional>
#include <string>
#include <utility>

#include "config/config.hpp"
#include "engine/supervisor_link.hpp"
#include "gateway/config_keeper.hpp"

namespace localscale::house {

/// The config for the gateway: what this house goes by, and the file as the supervisor shows and changes it.
class HomeConfig final : public gateway::ConfigKeeper {
 public:
  /// `link` is null in a house without a supervisor, which can only show what it started with.
  HomeConfig(engine::SupervisorLink* link, config::Config running)
      : link_(link), running_(std::move(running)) {}

  /// Called where a live key (config::Key::live) became another, with what the house goes by from now on.
  void on_live_change(std::function<void(const config::Config&)> handler) { apply_ = std::move(handler); }
  /// Called where somebody else than `change` changed the file.
  void on_edited(std::function<void()> handler) { edited_ = std::move(handler); }
  /// The supervisor saw another file: reads it.
  net::Task<void> look();

  net::Task<Result<engine::ConfigText>> read() override;
  net::Task<Result<engine::ConfigText>> change(std::vector<config::Change> changes) override;
  [[nodiscard]] const config::Config& running() const override { return running_; }

 private:
  /// Takes the live keys over. A file that somebody broke changes nothing.
  void take(const engine::ConfigText& file);

  engine::SupervisorLink* link_;
  config::Config running_;
  std::string known_text_;  ///< After our own last change.
  std::function<void(const config::Config&)> apply_;
  std::function<void()> edited_;
};

}  // namespace localscale::house
