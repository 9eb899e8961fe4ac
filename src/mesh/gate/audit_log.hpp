#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "mesh/gate/log_writer.hpp"

namespace localscale::mesh::gate {

/// The gate's log for many threads: records that are to be durable at the same time share one write and one
/// wait for the disk. Any number of threads may use it; it must outlive what it gave out.
class AuditLog {
  struct Batch {
    std::vector<Record> records;
    std::size_t notes = 0;
    std::size_t opens = 0;
    bool done = false;
    Result<std::uint64_t> first = std::uint64_t{0};
  };

 public:
  /// A record on its way to the disk.
  class Ticket {
    friend class AuditLog;
    Ticket(std::shared_ptr<Batch> batch, std::size_t index) : batch_(std::move(batch)), index_(index) {}
    std::shared_ptr<Batch> batch_;
    std::size_t index_;
  };

  explicit AuditLog(LogWriter writer);
  /// Writes what waits, as far as it can.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// Queues a record, without waiting for the disk. `exhausted` if too many wait or too much is open.
  Result<Ticket> enqueue(Record record);
  /// Waits until the record is on the disk, writing all that waits if nobody does so already; its sequence
  /// number. If it fails, the record is not in the log.
  Result<std::uint64_t> durable(const Ticket& ticket);
  /// Both.
  Result<std::uint64_t> append(Record record);

  /// For refusals, which need no wait: becomes durable with the next record that does. A flooding member
  /// neither fills the disk nor hides the refusals of others: a minute holds so many of each home and so many
  /// in all, and the next one tells how many were left out.
  void note(Refused refused);

  /// Writes what waits and signs how far the log goes.
  Result<Checkpoint> checkpoint(UnixMs now);

  /// The latest time that the log knows of: no clock of this home may be before it.
  UnixMs latest();

 private:
  using Lock = std::unique_lock<std::mutex>;
  bool has_room_for(const Refused& refused);
  void write_pending(Lock& lock);
  void wait_for_writer(Lock& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Batch> pending_ = std::make_shared<Batch>();
  std::size_t opens_in_writing_ = 0;
  std::size_t open_ = 0;  ///< What is open in the log.
  UnixMs latest_;
  UnixMs notes_since_;  ///< The begin of the minute that notes_ counts.
  std::map<std::optional<crypto::HomeId>, std::size_t> notes_;
  std::size_t notes_in_all_ = 0;
  std::uint64_t notes_dropped_ = 0;
  bool writing_ = false;  ///< Somebody uses writer_, without the mutex.
  LogWriter writer_;
};

}  // namespace localscale::mesh::gate
