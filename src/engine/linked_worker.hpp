#pragma once

#include <cstdint>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "engine/launcher.hpp"
#include "engine/pending.hpp"
#include "net/packet_channel.hpp"

namespace localscale::engine {

/// A worker that the supervisor started, and the descriptor that came with it.
struct Started {
  std::uint64_t worker = 0;
  UniqueFd fd;
};

/// What a worker needs from the link that made it.
class WorkerHost {
 public:
  virtual ~WorkerHost() = default;
  virtual void stop_worker(std::uint64_t worker, bool force) = 0;
  /// Its exit handler is not called any more. True if the worker still ran.
  virtual bool forget_worker(std::uint64_t worker) = 0;
  [[nodiscard]] virtual const boost::asio::any_io_executor& executor() const = 0;
};

/// An engine behind its shim: connections come as descriptors over the shim's channel.
class LinkedWorker final : public Worker {
 public:
  LinkedWorker(std::shared_ptr<WorkerHost> host, Started started);
  ~LinkedWorker() override;
  LinkedWorker(const LinkedWorker&) = delete;
  LinkedWorker& operator=(const LinkedWorker&) = delete;

  net::Task<Result<UniqueFd>> connect() override;
  void stop(bool force) override { host_->stop_worker(worker_, force); }

 private:
  std::shared_ptr<WorkerHost> host_;
  std::uint64_t worker_;
  std::shared_ptr<Pending<UniqueFd>> pending_;
  std::shared_ptr<net::PacketChannel> shim_;
};

}  // namespace localscale::engine
