#include "mesh/gate/record.hpp"

#include "base/bytes.hpp"
#include "base/printable.hpp"

namespace localscale::mesh::gate {
namespace {

constexpr std::uint8_t version = 1;
enum class Type : std::uint8_t { opened = 1, closed = 2, refused = 3, recovered = 4 };

Encoder begun(Type type, UnixMs at) {
  Encoder out;
  out.u8(version).u8(static_cast<std::uint8_t>(type)).u64(static_cast<std::uint64_t>(at.ms));
  return out;
}

struct Writer {
  Bytes operator()(const Opened& opened) const {
    return begun(Type::opened, opened.at).bytes(core::privacy::encode(opened.envelope)).take();
  }
  Bytes operator()(const Closed& closed) const {
    return begun(Type::closed, closed.at)
        .u64(closed.opened)
        .u64(closed.bytes)
        .fixed(closed.digest)
        .u8(static_cast<std::uint8_t>(closed.ending))
        .take();
  }
  Bytes operator()(const Refused& refused) const {
    Encoder out = begun(Type::refused, refused.at);
    out.u8(static_cast<std::uint8_t>(refused.direction)).u8(static_cast<std::uint8_t>(refused.refusal.why));
    out.truth(refused.refusal.who.has_value());
    if (refused.refusal.who) out.fixed(refused.refusal.who->hash);
    const std::string what = one_printable_line(refused.refusal.what);
    return out.text(whole_characters(what, refusal_text_bytes_max)).take();
  }
  Bytes operator()(const Recovered& recovered) const {
    return begun(Type::recovered, recovered.at).u64(recovered.bytes_cut).fixed(recovered.digest).take();
  }
};

template <class E>
E value_of(Decoder& in, E last) {
  const std::uint8_t number = in.u8();
  if (number == 0 || number > static_cast<std::uint8_t>(last)) in.refuse("a kind in it is not known here");
  return static_cast<E>(number);
}

Record read_opened(Decoder& in, UnixMs at) {
  auto envelope = core::privacy::decode_envelope(in.bytes(core::privacy::envelope_bytes_max));
  if (!envelope) in.refuse("its envelope is damaged");
  return Opened{at, std::move(envelope).value_or(core::privacy::Envelope{})};
}

Record read_closed(Decoder& in, UnixMs at) {
  Closed closed;
  closed.at = at;
  closed.opened = in.u64();
  closed.bytes = in.u64();
  in.fixed(closed.digest);
  closed.ending = value_of(in, Ending::assumed);
  return closed;
}

Record read_refused(Decoder& in, UnixMs at) {
  Refused refused;
  refused.at = at;
  refused.direction = value_of(in, Direction::arriving);
  refused.refusal.why = value_of(in, core::privacy::Why::no_record);
  if (in.truth()) in.fixed(refused.refusal.who.emplace().hash);
  refused.refusal.what = in.text(refusal_text_bytes_max);
  return refused;
}

Record read_recovered(Decoder& in, UnixMs at) {
  Recovered recovered;
  recovered.at = at;
  recovered.bytes_cut = in.u64();
  in.fixed(recovered.digest);
  return recovered;
}

Record read_record(Decoder& in) {
  if (in.u8() != version) in.refuse("its version is not known here");
  const Type type = value_of(in, Type::recovered);
  const UnixMs at{static_cast<std::int64_t>(in.u64())};
  switch (type) {
    case Type::opened:
      return read_opened(in, at);
    case Type::closed:
      return read_closed(in, at);
    case Type::refused:
      return read_refused(in, at);
    case Type::recovered:
      return read_recovered(in, at);
  }
  in.refuse("its kind is not known here");
  return Recovered{};
}

}  // namespace

Bytes encode(const Record& record) {
  return std::visit(Writer{}, record);
}

Result<Record> decode_record(ByteView bytes) {
  Decoder in(bytes);
  Record record = read_record(in);
  if (auto ended = in.finish("A record of the gate's log"); !ended) return tl::unexpected(ended.error());
  return record;
}

UnixMs time_of(const Record& record) {
  return std::visit([](const auto& one) { return one.at; }, record);
}

}  // namespace localscale::mesh::gate
