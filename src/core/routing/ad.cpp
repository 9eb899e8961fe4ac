#include "core/routing/ad.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "base/assert.hpp"
#include "core/ascending.hpp"

namespace localscale::core {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t signature_size = sizeof(crypto::Signature::bytes);
constexpr std::size_t body_size = ad_size - signature_size;
constexpr std::size_t list_length = 4;

constexpr std::size_t model_size = sizeof(ShortDigest) + 2;
constexpr std::size_t round_trip_size = sizeof(ShortHome) + 1;
constexpr std::size_t address_size = 1 + 16 + 2;
constexpr std::size_t head_size = 1 + 32 + 8 + 8 + 32 + 1 + slot_classes + 4;
static_assert(head_size + 3 * list_length + ad_models_max * model_size +
                      ad_round_trips_max * round_trip_size + ad_addresses_max * address_size <=
                  body_size,
              "the fullest ad fits");

bool whole_tick(UnixMs time) {
  return time.ms >= 0 && time.ms % ad_tick_ms == 0;
}

bool follows_the_rules(const Ad& ad) {
  return ad.sequence > 0 && whole_tick(ad.time) && ad.models.size() <= ad_models_max &&
         ad.round_trips.size() <= ad_round_trips_max && ad.addresses.size() <= ad_addresses_max &&
         ascending(ad.models, &AdModel::digest) && ascending(ad.round_trips, &AdRoundTrip::home) &&
         std::ranges::all_of(ad.slots_free, [](Step step) { return step <= ad_slots_last; });
}

Step step(Decoder& in, Step last = last_step) {
  const Step value{in.u8()};
  if (value > last) in.refuse("a step is too high");
  return value;
}

template <class Kind>
Kind kind(Decoder& in, std::uint8_t kinds) {
  const std::uint8_t value = in.u8();
  if (value >= kinds) in.refuse("a kind in it is unknown");
  return static_cast<Kind>(value);
}

void read_head(Decoder& in, Ad& ad) {
  if (in.u8() != version) in.refuse("its version is unknown");
  in.fixed(ad.home.hash);
  ad.sequence = in.u64();
  const std::uint64_t time = in.u64();
  if (time > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    in.refuse("its time is too large");
  ad.time.ms = static_cast<std::int64_t>(time);
  in.fixed(ad.roster_head);
  ad.owner = kind<OwnerState>(in, owner_states);
  for (Step& slots : ad.slots_free) slots = step(in, ad_slots_last);
  ad.memory_free_mib = step(in);
  ad.accelerator_free_mib = step(in);
  ad.queue_s = step(in);
  ad.price = step(in);
}

void read_lists(Decoder& in, Ad& ad) {
  ad.models.resize(in.count(ad_models_max));
  for (AdModel& model : ad.models) {
    in.fixed(model.digest);
    model.warm = in.truth();
    model.tokens_per_s = step(in);
  }
  ad.round_trips.resize(in.count(ad_round_trips_max));
  for (AdRoundTrip& round_trip : ad.round_trips) {
    in.fixed(round_trip.home);
    round_trip.tenths_ms = step(in);
  }
  ad.addresses.resize(in.count(ad_addresses_max));
  for (AdAddress& address : ad.addresses) {
    address.kind = kind<AddressKind>(in, address_kinds);
    in.fixed(address.ip);
    address.port = in.u16();
    if (address.port == 0) in.refuse("a port is 0");
  }
}

std::size_t size_of(const Ad& ad) {
  return head_size + 3 * list_length + ad.models.size() * model_size +
         ad.round_trips.size() * round_trip_size + ad.addresses.size() * address_size;
}

Result<Ad> read_body(ByteView body) {
  Decoder in(body);
  Ad ad;
  read_head(in, ad);
  read_lists(in, ad);
  if (!in.failed() && !follows_the_rules(ad)) in.refuse("it breaks a rule of order or number");
  if (!in.failed()) {
    std::array<std::byte, body_size> filling;
    const std::span rest = std::span(filling).first(body_size - size_of(ad));
    in.fixed(rest);
    if (std::ranges::any_of(rest, [](std::byte byte) { return byte != std::byte{0}; }))
      in.refuse("its filling is not empty");
  }
  if (const Result<void> read = in.finish("The ad"); !read) return tl::unexpected(read.error());
  return ad;
}

}  // namespace

ShortHome short_home(const crypto::HomeId& home) {
  ShortHome first;
  std::copy_n(home.hash.begin(), first.size(), first.begin());
  return first;
}

UnixMs ad_time(UnixMs now) {
  return {std::max<std::int64_t>(now.ms, 0) / ad_tick_ms * ad_tick_ms};
}

Bytes ad_body(const Ad& ad) {
  LS_ASSERT(follows_the_rules(ad));
  Encoder out;
  out.u8(version).fixed(ad.home.hash).u64(ad.sequence).u64(static_cast<std::uint64_t>(ad.time.ms));
  out.fixed(ad.roster_head).u8(static_cast<std::uint8_t>(ad.owner));
  for (const Step slots : ad.slots_free) out.u8(slots.index);
  out.u8(ad.memory_free_mib.index).u8(ad.accelerator_free_mib.index).u8(ad.queue_s.index).u8(ad.price.index);
  out.u32(static_cast<std::uint32_t>(ad.models.size()));
  for (const AdModel& model : ad.models)
    out.fixed(model.digest).truth(model.warm).u8(model.tokens_per_s.index);
  out.u32(static_cast<std::uint32_t>(ad.round_trips.size()));
  for (const AdRoundTrip& round_trip : ad.round_trips)
    out.fixed(round_trip.home).u8(round_trip.tenths_ms.index);
  out.u32(static_cast<std::uint32_t>(ad.addresses.size()));
  for (const AdAddress& address : ad.addresses)
    out.u8(static_cast<std::uint8_t>(address.kind)).fixed(address.ip).u16(address.port);
  Bytes body = out.take();
  body.resize(body_size);
  return body;
}

Bytes ad_message(const crypto::Digest& pool, ByteView body) {
  Bytes message;
  message.reserve(pool.size() + body.size());
  message.insert(message.end(), pool.begin(), pool.end());
  message.insert(message.end(), body.begin(), body.end());
  return message;
}

Bytes seal_ad(const Ad& ad, const crypto::Digest& pool, const crypto::SigningKey& key) {
  Bytes bytes = ad_body(ad);
  const crypto::Signature signature = key.sign(ad_domain, ad_message(pool, bytes));
  bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
  return bytes;
}

Result<ReceivedAd> ReceivedAd::read(ByteView bytes) {
  if (bytes.size() != ad_size)
    return fail(Errc::corrupt, "The ad has " + std::to_string(bytes.size()) + " bytes, not 512.");
  const ByteView body = bytes.first(body_size);
  Result<Ad> ad = read_body(body);
  if (!ad) return tl::unexpected(ad.error());
  ReceivedAd received;
  received.ad_ = *std::move(ad);
  received.body_.assign(body.begin(), body.end());
  std::ranges::copy(bytes.subspan(body_size), received.signature_.bytes.begin());
  return received;
}

std::optional<Ad> ReceivedAd::open(const crypto::Digest& pool, const crypto::PublicKey& key,
                                   VerifySignature verify) && {
  if (!verify(key, ad_domain, ad_message(pool, body_), signature_)) return {};
  return std::move(ad_);
}

bool hears(const Ad& ad, const crypto::HomeId& home) {
  return std::ranges::binary_search(ad.round_trips, short_home(home), {}, &AdRoundTrip::home);
}

}  // namespace localscale::core
