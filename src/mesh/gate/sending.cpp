#include "mesh/gate/sending.hpp"

#include <utility>

namespace localscale::mesh::gate {

using core::privacy::Envelope;
using core::privacy::LeavingContext;
using core::privacy::Refusal;
using core::privacy::Why;

namespace {

Refusal no_record(const Envelope& envelope, const Error& error) {
  return {Why::no_record, envelope.source, "Its record is not on the disk: " + error.message()};
}

}  // namespace

tl::expected<Sending::Asked, Refusal> Sending::ask(AuditLog& log, Envelope envelope,
                                                   const LeavingContext& context) {
  if (auto refusal = core::privacy::check_leaving(envelope, context)) {
    log.note({context.now, Direction::leaving, *refusal});
    return tl::unexpected(*std::move(refusal));
  }
  auto ticket = log.enqueue(Opened{context.now, envelope});
  if (!ticket) return tl::unexpected(no_record(envelope, ticket.error()));
  return Asked{*std::move(ticket), std::move(envelope), context.now};
}

tl::expected<Sending, Refusal> Sending::permitted(AuditLog& log, Asked asked) {
  const auto sequence = log.durable(asked.ticket);
  if (!sequence) return tl::unexpected(no_record(asked.envelope, sequence.error()));
  return Sending(log, std::move(asked.envelope), asked.at, *sequence);
}

tl::expected<Sending, Refusal> Sending::open(AuditLog& log, Envelope envelope,
                                             const LeavingContext& context) {
  auto asked = ask(log, std::move(envelope), context);
  if (!asked) return tl::unexpected(std::move(asked).error());
  return permitted(log, *std::move(asked));
}

Sending::Sending(Sending&& other) noexcept
    : log_(std::exchange(other.log_, nullptr)),
      envelope_(std::move(other.envelope_)),
      opened_(other.opened_),
      sequence_(other.sequence_),
      bytes_(other.bytes_),
      digest_(std::move(other.digest_)),
      over_budget_(other.over_budget_) {}

Sending::~Sending() {
  // If the log can't take it, the whole budget counts at the next start.
  if (log_ != nullptr) static_cast<void>(log_->enqueue(closed(opened_, Ending::broken_off)));
}

Result<void> Sending::chunk(ByteView bytes) {
  if (log_ == nullptr) return fail(Errc::conflict, "This permission to send has ended.");
  if (over_budget_ || bytes.size() > envelope_.byte_budget - bytes_) {
    over_budget_ = true;
    return fail(Errc::denied, "The gate lets no more than the announced " +
                                  std::to_string(envelope_.byte_budget) + " bytes pass; " +
                                  std::to_string(bytes_) + " had passed.");
  }
  digest_.update(bytes);
  bytes_ += bytes.size();
  return {};
}

Closed Sending::closed(UnixMs at, Ending ending) const {
  return {at, sequence_, bytes_, digest_.digest(), over_budget_ ? Ending::over_budget : ending};
}

Result<Closed> Sending::end(UnixMs now, Ending ending) {
  if (log_ == nullptr) return fail(Errc::conflict, "This permission to send has ended.");
  const Closed record = closed(now, ending);
  const auto kept = std::exchange(log_, nullptr)->append(record);
  if (!kept) return tl::unexpected(kept.error());
  return record;
}

Result<Closed> Sending::break_off(UnixMs now) {
  return end(now, Ending::broken_off);
}

Result<Closed> Sending::close(UnixMs now) {
  const bool as_promised = !envelope_.content || digest_.digest() == *envelope_.content;
  auto ended = end(now, as_promised ? Ending::complete : Ending::other_content);
  if (ended && !as_promised)
    return fail(Errc::corrupt, "What the gate sent is not what its envelope promised; the log says so.");
  return ended;
}

}  // namespace localscale::mesh::gate
