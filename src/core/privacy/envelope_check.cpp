#include "core/privacy/envelope_check.hpp"

namespace localscale::core::privacy {
namespace {

// Beyond this, "too late" is no explanation any more.
constexpr std::int64_t plausible_delay_ms = 3'600'000;
// The message, its length and its signature.
constexpr std::size_t signed_bytes_max = 4 + envelope_bytes_max + sizeof(crypto::Signature);

using Verdict = std::optional<Refusal>;
constexpr std::nullopt_t passes = std::nullopt;

Refusal refusal(Why why, std::string what) {
  return {why, std::nullopt, std::move(what)};
}

std::string seconds(std::int64_t ms) {
  return std::to_string(ms / 1000) + " s";
}

Verdict check_times(const Envelope& envelope, UnixMs now) {
  const std::int64_t lifetime = envelope.expires.ms - envelope.not_before.ms;
  if (lifetime <= 0 || lifetime > lifetime_max_ms)
    return refusal(Why::malformed, "It is to be valid for " + seconds(lifetime) + ", which no envelope is.");
  const std::int64_t early = envelope.not_before.ms - now.ms;
  const std::int64_t late = now.ms - envelope.expires.ms;
  if (early > clock_skew_max_ms)
    return refusal(Why::clock_off, "It is from " + seconds(early) + " ahead of our clock.");
  if (late > plausible_delay_ms)
    return refusal(Why::clock_off, "It ended " + seconds(late) + " ago by our clock.");
  if (late > clock_skew_max_ms) return refusal(Why::expired, "It ended " + seconds(late) + " ago.");
  return passes;
}

/// The rules that both gates check, of what travels as far as `tier`.
Verdict check_rules(const Envelope& envelope, Tier tier) {
  const PassRule* rule = rule_for(envelope.purpose, envelope.kind);
  const std::string what = std::string(name(envelope.purpose)) + " as " + std::string(name(envelope.kind));
  if (rule == nullptr) return refusal(Why::not_allowed, "There is no rule for " + what + ".");
  if (envelope.byte_budget == 0 || envelope.byte_budget > rule->bytes_max)
    return refusal(Why::oversized, what + " may have 1 to " + std::to_string(rule->bytes_max) +
                                       " bytes, and this asks for " + std::to_string(envelope.byte_budget) +
                                       ".");
  if (rule->digest_first && !envelope.content)
    return refusal(Why::not_allowed, what + " needs its digest when it is opened.");
  if (!rule->to_areas && !envelope.destination.home)
    return refusal(Why::misaddressed, what + " needs one home as its destination.");
  if (!permits(*rule, envelope.label, tier))
    return refusal(Why::label_forbids, what + ", labelled " + std::string(name(envelope.label)) +
                                           ", may not go as far as the tier " + std::string(name(tier)) +
                                           ".");
  return passes;
}

Verdict check_destination(const Envelope& envelope, const LeavingContext& context) {
  const auto& home = envelope.destination.home;
  if (home && home == context.own.home)
    return refusal(Why::misaddressed, "Its destination is this home: nothing has to leave.");
  if (home && !context.members.key_of(*home))
    return refusal(Why::not_a_member, "Its destination " + crypto::to_text(*home) + " is no member.");
  return passes;
}

/// The peer is who it is from, or a message came by the post office.
Verdict check_peer(const Envelope& envelope, const ArrivingContext& context) {
  if (context.peer == envelope.source) return passes;
  if (!context.peer && envelope.kind == Kind::message) return passes;
  return refusal(Why::wrong_peer, "It is from the home " + crypto::to_text(envelope.source) +
                                      ", which is not who delivers it.");
}

Verdict check_address(const Envelope& envelope, const ArrivingContext& context) {
  if (contains(envelope.destination, context.own)) return passes;
  const bool other_pool = !envelope.destination.pool.empty() && envelope.destination.pool != context.own.pool;
  return refusal(other_pool ? Why::wrong_pool : Why::misaddressed,
                 "It is for " + to_text(envelope.destination) + ".");
}

Verdict check_signature(const SignedEnvelope& read, const ArrivingContext& context) {
  if (read.envelope.source == context.own.home)
    return refusal(Why::forged, "It says that it is from this home.");
  const auto key = context.members.key_of(read.envelope.source);
  if (!key)
    return refusal(Why::not_a_member,
                   "It says that it is from " + crypto::to_text(read.envelope.source) + ", no member.");
  if (!crypto::verify(*key, envelope_domain, read.message, read.signature))
    return refusal(Why::forged, "It says that it is from " + crypto::to_text(read.envelope.source) +
                                    ", who did not sign it.");
  return passes;
}

Verdict check_replay(const Envelope& envelope, const ReplayWindow& seen, const ArrivingContext& context) {
  switch (seen.look(envelope, context.peer == envelope.source)) {
    case ReplayWindow::Verdict::fresh:
      return passes;
    case ReplayWindow::Verdict::seen:
      return refusal(Why::replayed, "It came before.");
    case ReplayWindow::Verdict::may_be_forgotten:
      return refusal(Why::maybe_replayed, "It may have come before: a new one is needed.");
    case ReplayWindow::Verdict::full:
      return refusal(Why::flooding, "No more envelopes of that home are remembered.");
  }
  return refusal(Why::maybe_replayed, "It may have come before.");
}

}  // namespace

std::optional<Refusal> check_leaving(const Envelope& envelope, const LeavingContext& context) {
  const Tier tier = reach(context.own, envelope.destination);
  const auto verdict = [&]() -> Verdict {
    if (!context.own.home || envelope.source != *context.own.home)
      return refusal(Why::forged, "Its source is not this home.");
    if (auto wrong = check_times(envelope, context.now)) return wrong;
    if (auto wrong = check_rules(envelope, tier)) return wrong;
    if (rule_for(envelope.purpose, envelope.kind)->origin != context.origin)
      return refusal(Why::not_allowed,
                     "This process may not send " + std::string(name(envelope.purpose)) + ".");
    if (tier > context.gate_reach)
      return refusal(Why::misaddressed, "This gate does not reach the tier " + std::string(name(tier)) + ".");
    return check_destination(envelope, context);
  };
  auto wrong = verdict();
  if (wrong) wrong->who = context.own.home;
  return wrong;
}

tl::expected<Envelope, Refusal> check_arriving(ByteView signed_envelope, const ReplayWindow& seen,
                                               const ArrivingContext& context) {
  const auto refused = [](Refusal wrong, std::optional<crypto::HomeId> who) {
    wrong.who = who;
    return tl::unexpected(std::move(wrong));
  };
  if (signed_envelope.size() > signed_bytes_max)
    return refused(
        refusal(Why::oversized, "The envelope has " + std::to_string(signed_envelope.size()) + " bytes."),
        context.peer);
  auto read = decode_signed_envelope(signed_envelope);
  if (!read) return refused(refusal(Why::malformed, read.error().what), context.peer);
  const Envelope& envelope = read->envelope;
  // Up to here it is anybody's word: only the connection says who.
  if (auto wrong = check_peer(envelope, context)) return refused(*std::move(wrong), context.peer);
  if (auto wrong = check_signature(*read, context)) return refused(*std::move(wrong), context.peer);
  const auto verdict = [&]() -> Verdict {
    if (auto wrong = check_address(envelope, context)) return wrong;
    if (auto wrong = check_times(envelope, context.now)) return wrong;
    if (auto wrong = check_rules(envelope, context.gate_reach)) return wrong;
    return check_replay(envelope, seen, context);
  };
  if (auto wrong = verdict()) return refused(*std::move(wrong), envelope.source);
  return envelope;
}

tl::expected<Envelope, Refusal> admit(ByteView signed_envelope, ReplayWindow& seen,
                                      const ArrivingContext& context) {
  auto envelope = check_arriving(signed_envelope, seen, context);
  if (envelope) seen.remember(*envelope, context.now);
  return envelope;
}

}  // namespace localscale::core::privacy
