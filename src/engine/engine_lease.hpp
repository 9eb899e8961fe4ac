#pragma once

#include <functional>
#include <memory>

#include "engine/running_engine.hpp"
#include "engine/service.hpp"

namespace localscale::engine {

/// Takes an idle connection of the engine or makes a new one at the first request. A kept connection may have
/// been closed by the engine meanwhile: then the request is sent once more over a new one, as nothing of an
/// answer has come.
class PooledUpstream final : public net::Upstream {
 public:
  explicit PooledUpstream(std::shared_ptr<RunningEngine> engine) : engine_(std::move(engine)) {}
  ~PooledUpstream() override;
  PooledUpstream(const PooledUpstream&) = delete;
  PooledUpstream& operator=(const PooledUpstream&) = delete;

  net::Task<Result<net::UpstreamHead>> request(std::string_view method, std::string_view target,
                                               const net::Headers& headers, std::string_view body) override;
  net::Task<Result<std::string_view>> read_some() override;
  net::Task<Result<std::string>> read_all(std::size_t limit_bytes) override;
  [[nodiscard]] bool reusable() const override { return connection_ && connection_->reusable(); }

 private:
  std::shared_ptr<RunningEngine> engine_;
  std::unique_ptr<net::Upstream> connection_;
};

/// Gives the manager's request back when it goes.
class EngineLease final : public Lease {
 public:
  EngineLease(std::shared_ptr<RunningEngine> engine, std::chrono::nanoseconds load_time,
              std::function<void()> release)
      : engine_(std::move(engine)), upstream_(engine_), load_time_(load_time), release_(std::move(release)) {
    ++engine_->leases;
  }
  ~EngineLease() override {
    --engine_->leases;
    release_();
  }
  EngineLease(const EngineLease&) = delete;
  EngineLease& operator=(const EngineLease&) = delete;

  [[nodiscard]] const Model& model() const override { return engine_->model.model; }
  [[nodiscard]] net::Upstream& upstream() override { return upstream_; }
  [[nodiscard]] net::Task<Error> explain_failure(Error upstream_error) override;
  [[nodiscard]] std::chrono::nanoseconds load_duration() const override { return load_time_; }

 private:
  std::shared_ptr<RunningEngine> engine_;
  PooledUpstream upstream_;
  std::chrono::nanoseconds load_time_;
  std::function<void()> release_;
};

}  // namespace localscale::engine
