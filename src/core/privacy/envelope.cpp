#include "core/privacy/envelope.hpp"

namespace localscale::core::privacy {
namespace {

constexpr std::uint8_t version = 1;
// The last millisecond of the year 9999: no sum of two times overflows.
constexpr std::uint64_t time_max = 253'402'300'799'999;

UnixMs time_of(Decoder& in) {
  const std::uint64_t ms = in.u64();
  if (ms > time_max) in.refuse("a time in it is beyond the year 9999");
  return {static_cast<std::int64_t>(ms <= time_max ? ms : 0)};
}

/// The enum's value for a number between its first and its last one.
template <class E>
E value_of(Decoder& in, E first, E last, std::string_view problem) {
  const std::uint8_t number = in.u8();
  if (number >= static_cast<std::uint8_t>(first) && number <= static_cast<std::uint8_t>(last))
    return static_cast<E>(number);
  in.refuse(problem);
  return first;
}

Place place_of(Decoder& in) {
  auto place = parse_place(in.text(place_text_bytes_max));
  if (place) return *std::move(place);
  in.refuse("its destination is no address");
  return {};
}

}  // namespace

Bytes encode(const Envelope& envelope) {
  Encoder out;
  out.u8(version)
      .u8(static_cast<std::uint8_t>(envelope.label))
      .u8(static_cast<std::uint8_t>(envelope.kind))
      .u8(static_cast<std::uint8_t>(envelope.purpose))
      .fixed(envelope.source.hash)
      .text(to_text(envelope.destination))
      .u64(envelope.byte_budget)
      .truth(envelope.content.has_value());
  if (envelope.content) out.fixed(*envelope.content);
  return out.fixed(envelope.request)
      .fixed(envelope.nonce)
      .u64(static_cast<std::uint64_t>(envelope.not_before.ms))
      .u64(static_cast<std::uint64_t>(envelope.expires.ms))
      .text(envelope.rule)
      .take();
}

Result<Envelope> decode_envelope(ByteView bytes) {
  Decoder in(bytes);
  Envelope envelope;
  if (in.u8() != version) in.refuse("its version is not known here");
  envelope.label = value_of(in, Label::high, Label::low, "its label is not known here");
  envelope.kind = value_of(in, Kind::message, Kind::bulk, "its kind is not known here");
  envelope.purpose = value_of(in, Purpose::prompt, Purpose::result, "its purpose is not known here");
  in.fixed(envelope.source.hash);
  envelope.destination = place_of(in);
  envelope.byte_budget = in.u64();
  if (in.truth()) in.fixed(envelope.content.emplace());
  in.fixed(envelope.request);
  in.fixed(envelope.nonce);
  envelope.not_before = time_of(in);
  envelope.expires = time_of(in);
  envelope.rule = in.text(rule_name_bytes_max);
  if (auto ended = in.finish("The envelope"); !ended) return tl::unexpected(ended.error());
  return envelope;
}

Bytes encode_signed(const Envelope& envelope, const crypto::SigningKey& key) {
  const Bytes message = encode(envelope);
  return Encoder().bytes(message).fixed(key.sign(envelope_domain, message).bytes).take();
}

Result<SignedEnvelope> decode_signed_envelope(ByteView bytes) {
  Decoder in(bytes);
  SignedEnvelope read;
  read.message = in.bytes(envelope_bytes_max);
  in.fixed(read.signature.bytes);
  if (auto ended = in.finish("The signed envelope"); !ended) return tl::unexpected(ended.error());
  auto envelope = decode_envelope(read.message);
  if (!envelope) return tl::unexpected(envelope.error());
  read.envelope = *std::move(envelope);
  return read;
}

}  // namespace localscale::core::privacy
