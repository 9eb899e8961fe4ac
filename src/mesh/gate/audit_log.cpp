#include "mesh/gate/audit_log.hpp"

#include <utility>

#include "base/assert.hpp"

namespace localscale::mesh::gate {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t notes_per_home_max = 32;
// Also of one write: refusals never keep an opening out.
constexpr std::size_t notes_max = records_per_frame_max / 4;

}  // namespace

AuditLog::AuditLog(LogWriter writer)
    : open_(writer.state().open.size()), latest_(writer.state().latest), writer_(std::move(writer)) {}

AuditLog::~AuditLog() {
  Lock lock(mutex_);
  wait_for_writer(lock);
  if (!pending_->records.empty()) write_pending(lock);
}

Result<AuditLog::Ticket> AuditLog::enqueue(Record record) {
  const Lock lock(mutex_);
  const bool opens = std::holds_alternative<Opened>(record);
  const bool too_many_open = open_ + opens_in_writing_ + pending_->opens >= open_sendings_max;
  if (pending_->records.size() >= records_per_frame_max || (opens && too_many_open))
    return fail(Errc::exhausted, "The gate has more to do than its log can take.", "Try again in a moment.");
  if (opens) ++pending_->opens;
  pending_->records.push_back(std::move(record));
  return Ticket(pending_, pending_->records.size() - 1);
}

Result<std::uint64_t> AuditLog::durable(const Ticket& ticket) {
  Lock lock(mutex_);
  while (!ticket.batch_->done) {
    if (writing_)
      changed_.wait(lock);
    else
      write_pending(lock);
  }
  return ticket.batch_->first.map([&](std::uint64_t first) { return first + ticket.index_; });
}

Result<std::uint64_t> AuditLog::append(Record record) {
  const auto ticket = enqueue(std::move(record));
  if (!ticket) return tl::unexpected(ticket.error());
  return durable(*ticket);
}

void AuditLog::note(Refused refused) {
  const Lock lock(mutex_);
  if (!has_room_for(refused)) {
    ++notes_dropped_;
    return;
  }
  ++notes_[refused.refusal.who];
  ++notes_in_all_;
  if (notes_dropped_ > 0)
    refused.refusal.what.insert(0, "(After " + std::to_string(std::exchange(notes_dropped_, 0)) +
                                       " more refusals that are not listed.) ");
  ++pending_->notes;
  pending_->records.emplace_back(std::move(refused));
}

bool AuditLog::has_room_for(const Refused& refused) {
  // Times may jump, so a time before the minute begins another one, too.
  if (refused.at < notes_since_ || refused.at.ms - notes_since_.ms >= minute_ms) {
    notes_since_ = refused.at;
    notes_.clear();
    notes_in_all_ = 0;
  }
  if (pending_->notes >= notes_max || pending_->records.size() >= records_per_frame_max) return false;
  const auto of_home = notes_.find(refused.refusal.who);
  return notes_in_all_ < notes_max && (of_home == notes_.end() || of_home->second < notes_per_home_max);
}

Result<Checkpoint> AuditLog::checkpoint(UnixMs now) {
  Lock lock(mutex_);
  wait_for_writer(lock);
  if (!pending_->records.empty()) {
    const auto batch = pending_;
    write_pending(lock);
    if (!batch->first) return tl::unexpected(batch->first.error());
    wait_for_writer(lock);
  }
  writing_ = true;
  lock.unlock();
  auto checkpoint = writer_.checkpoint(now);
  lock.lock();
  writing_ = false;
  changed_.notify_all();
  return checkpoint;
}

UnixMs AuditLog::latest() {
  const Lock lock(mutex_);
  return latest_;
}

void AuditLog::wait_for_writer(Lock& lock) {
  changed_.wait(lock, [this] { return !writing_; });
}

/// Nobody writes, and something waits.
void AuditLog::write_pending(Lock& lock) {
  LS_ASSERT(!writing_ && !pending_->records.empty());
  const auto batch = std::exchange(pending_, std::make_shared<Batch>());
  writing_ = true;
  opens_in_writing_ = batch->opens;
  lock.unlock();
  auto first = writer_.append(batch->records);
  lock.lock();
  batch->first = std::move(first);
  batch->done = true;
  batch->records.clear();
  opens_in_writing_ = 0;
  open_ = writer_.state().open.size();
  latest_ = writer_.state().latest;
  writing_ = false;
  changed_.notify_all();
}

}  // namespace localscale::mesh::gate
