#include "core/pool/transition.hpp"

#include <algorithm>

#include "core/ascending.hpp"
#include "crypto/sha256.hpp"

namespace localscale::core::pool {
namespace {

constexpr std::uint8_t transition_version = 1;
constexpr std::int64_t time_max_ms = 253'402'300'799'999;  // The end of the year 9999.
constexpr std::string_view cosign_domain = "roster-transition";
constexpr std::string_view consent_domain = "roster-consent";
constexpr std::string_view seal_domain = "roster-seal";

// The kinds' numbers are the places in the variant, from 1 on. They never change; new kinds come behind.
constexpr std::uint8_t kind_of(const Act& act) {
  return static_cast<std::uint8_t>(act.index() + 1);
}

void write(UnixMs time, Encoder& into) {
  into.u64(static_cast<std::uint64_t>(time.ms));
}

struct WriteAct {
  Encoder& into;

  void operator()(const CreatePool& act) const {
    into.fixed(act.founder_key.bytes);
    encode(act.founder, into);
    encode(act.charter, into);
    into.fixed(act.nonce);
  }
  void operator()(const Admit& act) const {
    into.fixed(act.key.bytes);
    encode(act.facts, into);
    write(act.until, into);
  }
  void operator()(const Renew& act) const {
    into.fixed(act.home.hash);
    write(act.until, into);
  }
  void operator()(const RotateKey& act) const { into.fixed(act.home.hash).fixed(act.new_key.bytes); }
  void operator()(const RevokeNode& act) const { into.fixed(act.home.hash).fixed(act.node_key.bytes); }
  void operator()(const Evict& act) const {
    into.u32(static_cast<std::uint32_t>(act.homes.size()));
    for (const HomeId& home : act.homes) into.fixed(home.hash);
  }
  void operator()(const Leave& /*act*/) const {}
  void operator()(const ChangeCharter& act) const { encode(act.charter, into); }
  void operator()(const SetFacts& act) const { encode(act.facts, into); }
};

UnixMs read_time(Decoder& from) {
  const auto ms = static_cast<std::int64_t>(from.u64());
  if (ms < 0 || ms > time_max_ms) from.refuse("a time in it is not one");
  return {ms};
}

HomeId read_home(Decoder& from) {
  HomeId home;
  from.fixed(home.hash);
  return home;
}

PublicKey read_key(Decoder& from) {
  PublicKey key;
  from.fixed(key.bytes);
  return key;
}

Signature read_signature(Decoder& from) {
  Signature signature;
  from.fixed(signature.bytes);
  return signature;
}

CreatePool read_create(Decoder& from) {
  CreatePool act;
  act.founder_key = read_key(from);
  act.founder = decode_home_facts(from);
  act.charter = decode_charter(from);
  from.fixed(act.nonce);
  return act;
}

Admit read_admit(Decoder& from) {
  Admit act;
  act.key = read_key(from);
  act.facts = decode_home_facts(from);
  act.until = read_time(from);
  return act;
}

Evict read_evict(Decoder& from) {
  Evict act;
  const std::size_t homes = from.count(homes_max_limit);
  if (homes == 0) from.refuse("it throws nobody out");
  for (std::size_t i = 0; i < homes && !from.failed(); ++i) act.homes.push_back(read_home(from));
  if (!ascending(act.homes)) from.refuse("its homes are not in order");
  return act;
}

Act read_act(Decoder& from) {
  switch (from.u8()) {
    case 1:
      return read_create(from);
    case 2:
      return read_admit(from);
    case 3: {
      const HomeId home = read_home(from);
      return Renew{home, read_time(from)};
    }
    case 4: {
      const HomeId home = read_home(from);
      return RotateKey{home, read_key(from)};
    }
    case 5: {
      const HomeId home = read_home(from);
      return RevokeNode{home, read_key(from)};
    }
    case 6:
      return read_evict(from);
    case 7:
      return Leave{};
    case 8:
      return ChangeCharter{decode_charter(from)};
    case 9:
      return SetFacts{decode_home_facts(from)};
    default:
      from.refuse("it is of a kind that is not known here");
      return Leave{};
  }
}

TransitionBody read_body(Decoder& from) {
  if (from.u8() != transition_version) from.refuse("it is of a version that is not known here");
  TransitionBody body;
  body.author = read_home(from);
  body.made_at = read_time(from);
  const std::size_t parents = from.count(parents_max);
  for (std::size_t i = 0; i < parents && !from.failed(); ++i) from.fixed(body.parents.emplace_back().hash);
  if (!ascending(body.parents)) from.refuse("its parents are not in order");
  body.act = read_act(from);
  if (body.parents.empty() != std::holds_alternative<CreatePool>(body.act))
    from.refuse("only what creates a pool has no parents");
  return body;
}

/// What the author signs: everything but the seal.
Bytes encode_unsealed(const Transition& transition) {
  Encoder into;
  into.fixed(encode(transition.body));
  into.truth(transition.consent.has_value());
  if (transition.consent) into.fixed(transition.consent->bytes);
  into.u32(static_cast<std::uint32_t>(transition.cosignatures.size()));
  for (const CoSignature& by : transition.cosignatures) into.fixed(by.home.hash).fixed(by.signature.bytes);
  return into.take();
}

}  // namespace

Bytes encode(const TransitionBody& body) {
  Encoder into;
  into.u8(transition_version).fixed(body.author.hash);
  write(body.made_at, into);
  into.u32(static_cast<std::uint32_t>(body.parents.size()));
  for (const TransitionId& parent : body.parents) into.fixed(parent.hash);
  into.u8(kind_of(body.act));
  std::visit(WriteAct{into}, body.act);
  return into.take();
}

Result<TransitionBody> decode_transition_body(ByteView bytes) {
  if (bytes.size() > transition_bytes_max)
    return fail(Errc::corrupt, "A step of the roster can't be read: it is larger than allowed.");
  Decoder from(bytes);
  TransitionBody body = read_body(from);
  if (auto read = from.finish("A step of the roster"); !read) return tl::unexpected(read.error());
  return body;
}

Bytes encode(const Transition& transition) {
  return Encoder().fixed(encode_unsealed(transition)).fixed(transition.seal.bytes).take();
}

Result<Transition> decode_transition(ByteView bytes) {
  if (bytes.size() > transition_bytes_max)
    return fail(Errc::corrupt, "A step of the roster can't be read: it is larger than allowed.");
  Decoder from(bytes);
  Transition transition;
  transition.body = read_body(from);
  if (from.truth()) transition.consent = read_signature(from);
  const std::size_t signatures = from.count(cosignatures_max);
  for (std::size_t i = 0; i < signatures && !from.failed(); ++i) {
    const HomeId home = read_home(from);
    transition.cosignatures.push_back({home, read_signature(from)});
  }
  if (!ascending(transition.cosignatures, &CoSignature::home)) from.refuse("its signatures are not in order");
  transition.seal = read_signature(from);
  if (auto read = from.finish("A step of the roster"); !read) return tl::unexpected(read.error());
  return transition;
}

TransitionId id_of(const Transition& transition) {
  return {crypto::sha256(Encoder().text("localscale/transition-id/1").fixed(encode(transition)).take())};
}

std::optional<PublicKey> key_brought_in(const Act& act) {
  if (const auto* admit = std::get_if<Admit>(&act)) return admit->key;
  if (const auto* rotate = std::get_if<RotateKey>(&act)) return rotate->new_key;
  return std::nullopt;
}

Signature cosign(const TransitionBody& body, const crypto::SigningKey& key) {
  return key.sign(cosign_domain, encode(body));
}

Signature consent_to(const TransitionBody& body, const crypto::SigningKey& key) {
  return key.sign(consent_domain, encode(body));
}

Transition seal(TransitionBody body, std::optional<Signature> consent, std::vector<CoSignature> cosignatures,
                const crypto::SigningKey& author_key) {
  std::ranges::sort(cosignatures, {}, &CoSignature::home);
  const auto twice = std::ranges::unique(cosignatures, {}, &CoSignature::home);
  cosignatures.erase(twice.begin(), twice.end());
  Transition transition{std::move(body), consent, std::move(cosignatures), {}};
  transition.seal = author_key.sign(seal_domain, encode_unsealed(transition));
  return transition;
}

bool verify_cosignature(const Transition& transition, const CoSignature& by, const PublicKey& key) {
  return crypto::verify(key, cosign_domain, encode(transition.body), by.signature);
}

bool verify_consent(const Transition& transition) {
  const auto key = key_brought_in(transition.body.act);
  if (!key) return !transition.consent;
  return transition.consent &&
         crypto::verify(*key, consent_domain, encode(transition.body), *transition.consent);
}

bool verify_seal(const Transition& transition, const PublicKey& author_key) {
  return crypto::verify(author_key, seal_domain, encode_unsealed(transition), transition.seal);
}

}  // namespace localscale::core::pool
