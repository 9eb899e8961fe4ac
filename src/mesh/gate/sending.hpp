#pragma once

#include <cstdint>
#include <optional>

#include <tl/expected.hpp>

#include "base/error.hpp"
#include "core/privacy/envelope_check.hpp"
#include "crypto/sha256.hpp"
#include "mesh/gate/audit_log.hpp"

namespace localscale::mesh::gate {

/// What is needed before a byte may leave: a permission that is on the disk. While it lives, every chunk that
/// leaves goes through it first. For one thread; the log must outlive it.
class Sending {
 public:
  /// A permission that is on its way to the disk: for an event loop, which waits elsewhere.
  struct Asked {
    AuditLog::Ticket ticket;
    core::privacy::Envelope envelope;
    UnixMs at;
  };

  /// Checks the envelope and queues its record. A refusal is noted in the log.
  static tl::expected<Asked, core::privacy::Refusal> ask(AuditLog& log, core::privacy::Envelope envelope,
                                                         const core::privacy::LeavingContext& context);
  /// Waits for the disk. No durable record, no permission.
  static tl::expected<Sending, core::privacy::Refusal> permitted(AuditLog& log, Asked asked);
  /// Both.
  static tl::expected<Sending, core::privacy::Refusal> open(AuditLog& log, core::privacy::Envelope envelope,
                                                            const core::privacy::LeavingContext& context);

  Sending(Sending&& other) noexcept;
  Sending& operator=(Sending&&) = delete;
  Sending(const Sending&) = delete;
  /// Without a close before, it counts as broken off, with what was sent; that waits for no disk.
  ~Sending();

  /// Counts a chunk that is about to leave. If it fails, none of it may leave, and nothing after it.
  Result<void> chunk(ByteView bytes);

  /// All that was to be sent was sent. Durable when it returns; `corrupt` if the whole was not what the
  /// envelope's digest promised.
  Result<Closed> close(UnixMs now);
  /// The connection broke, or somebody gave up.
  Result<Closed> break_off(UnixMs now);

  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] const core::privacy::Envelope& envelope() const { return envelope_; }

 private:
  Sending(AuditLog& log, core::privacy::Envelope envelope, UnixMs opened, std::uint64_t sequence)
      : log_(&log), envelope_(std::move(envelope)), opened_(opened), sequence_(sequence) {}
  [[nodiscard]] Closed closed(UnixMs at, Ending ending) const;
  Result<Closed> end(UnixMs now, Ending ending);

  AuditLog* log_;  ///< nullptr once it is closed.
  core::privacy::Envelope envelope_;
  UnixMs opened_;
  std::uint64_t sequence_;
  std::uint64_t bytes_ = 0;
  crypto::Sha256 digest_;
  bool over_budget_ = false;
};

}  // namespace localscale::mesh::gate
