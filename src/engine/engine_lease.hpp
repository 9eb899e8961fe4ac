#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/running_engine.hpp"
#include "engine/service.hpp"

namespace localscale::engine {

/// Who gives leases and takes them back.
class LeaseGiver {
 public:
  virtual ~LeaseGiver() = default;
  virtual void release(RequestId request) = 0;
  /// A lease on the same model for a request whose engine had gone before it answered.
  virtual net::Task<Result<std::unique_ptr<Lease>>> renew(std::string model, LoadOptions options) = 0;
};

/// A request that the giver knows; it is given back when this goes.
class HeldRequest {
 public:
  HeldRequest(std::shared_ptr<LeaseGiver> giver, RequestId id) : giver_(std::move(giver)), id_(id) {}
  ~HeldRequest() {
    if (giver_) giver_->release(id_);
  }
  HeldRequest(HeldRequest&& other) noexcept = default;
  HeldRequest& operator=(HeldRequest&&) = delete;

  [[nodiscard]] RequestId id() const { return id_; }
  [[nodiscard]] LeaseGiver& giver() const { return *giver_; }

 private:
  std::shared_ptr<LeaseGiver> giver_;
  RequestId id_;
};

/// What was asked for, to ask for it once more.
struct Renewal {
  std::string model;
  std::optional<std::chrono::seconds> keep_alive;
  std::uint32_t context_tokens = 0;
};

/// Takes an idle connection of the engine or makes a new one at the first request. A kept connection may have
/// been closed by the engine meanwhile: then the request is sent once more over a new one, as nothing of an
/// answer has come. The engine itself may have gone as well, and its end not been told yet: then the model is
/// loaded anew and asked once more, unless it may be this request that ended it.
class PooledUpstream final : public net::Upstream {
 public:
  /// `giver` outlives it. Without `renewal` nothing is loaded anew.
  PooledUpstream(std::shared_ptr<RunningEngine> engine, LeaseGiver& giver, std::optional<Renewal> renewal)
      : engine_(std::move(engine)), giver_(giver), renewal_(std::move(renewal)) {}
  ~PooledUpstream() override;
  PooledUpstream(const PooledUpstream&) = delete;
  PooledUpstream& operator=(const PooledUpstream&) = delete;

  net::Task<Result<net::UpstreamHead>> request(std::string_view method, std::string_view target,
                                               const net::Headers& headers, std::string_view body) override;
  net::Task<Result<std::string_view>> read_some() override;
  net::Task<Result<std::string>> read_all(std::size_t limit_bytes) override;
  [[nodiscard]] bool reusable() const override;

  /// The lease on the engine that was loaded anew; null while there is none.
  [[nodiscard]] Lease* successor() const { return successor_.get(); }
  /// The model was not loaded anew: the last error is why.
  [[nodiscard]] bool renewal_failed() const { return renewal_failed_; }

 private:
  net::Task<Result<net::UpstreamHead>> ask(std::string_view method, std::string_view target,
                                           const net::Headers& headers, std::string_view body);
  [[nodiscard]] bool may_ask_anew() const;

  std::shared_ptr<RunningEngine> engine_;
  LeaseGiver& giver_;
  std::optional<Renewal> renewal_;
  std::unique_ptr<net::Upstream> connection_;
  std::unique_ptr<Lease> successor_;
  bool reached_ = false;  ///< The engine may have seen the last request.
  bool renewal_failed_ = false;
};

/// Gives its request back when it goes.
class EngineLease final : public Lease {
 public:
  EngineLease(std::shared_ptr<RunningEngine> engine, std::chrono::nanoseconds load_time, HeldRequest request,
              std::optional<Renewal> renewal)
      : engine_(std::move(engine)),
        upstream_(engine_, request.giver(), std::move(renewal)),
        load_time_(load_time),
        request_(std::move(request)) {
    ++engine_->leases;
  }
  ~EngineLease() override { --engine_->leases; }
  EngineLease(const EngineLease&) = delete;
  EngineLease& operator=(const EngineLease&) = delete;

  [[nodiscard]] const Model& model() const override { return engine_->model.model; }
  [[nodiscard]] net::Upstream& upstream() override { return upstream_; }
  [[nodiscard]] net::Task<Error> explain_failure(Error upstream_error) override;
  [[nodiscard]] std::chrono::nanoseconds load_duration() const override {
    const auto* successor = upstream_.successor();
    return load_time_ + (successor != nullptr ? successor->load_duration() : std::chrono::nanoseconds{0});
  }

 private:
  std::shared_ptr<RunningEngine> engine_;
  PooledUpstream upstream_;
  std::chrono::nanoseconds load_time_;
  HeldRequest request_;  ///< The last member: given back before the connection is.
};

}  // namespace localscale::engine
