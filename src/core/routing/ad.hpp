#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "core/routing/step.hpp"
#include "crypto/home_id.hpp"
#include "crypto/sha256.hpp"
#include "crypto/signing.hpp"

// A home's ad: what it can do right now, told to its pool every two seconds (docs/protocols/ad.md).

namespace localscale::core {

/// What the owner's use of the machine leaves to guests.
enum class OwnerState : std::uint8_t {
  away,     ///< The machine is free.
  near,     ///< The owner uses it a little.
  busy,     ///< The owner needs it: no guests.
  leaving,  ///< The home goes off in good order.
};
inline constexpr std::uint8_t owner_states = 4;

/// What a free slot is for. The ad's list follows this order.
enum class SlotClass : std::uint8_t { chat, embedding, batch, stage };
inline constexpr std::size_t slot_classes = 4;

/// The first 8 bytes of a model file's digest: enough to choose, not to trust. A probe compares the whole.
using ShortDigest = std::array<std::byte, 8>;
/// The first 6 bytes of a home's id, among the members of one pool.
using ShortHome = std::array<std::byte, 6>;
ShortHome short_home(const crypto::HomeId& home);

struct AdModel {
  ShortDigest digest{};
  bool warm = false;  ///< In memory now.
  Step tokens_per_s;  ///< Measured here, rounded down; 0: not measured.
  bool operator==(const AdModel&) const = default;
};

/// A member that the home counts as present.
struct AdRoundTrip {
  ShortHome home{};
  Step tenths_ms;  ///< In 0.1 ms, rounded up; 0: not measured.
  bool operator==(const AdRoundTrip&) const = default;
};

enum class AddressKind : std::uint8_t { lan, ipv6, tailscale, nebula };
inline constexpr std::uint8_t address_kinds = 4;

/// Where the home's gate listens; only a hint, as who answers there is proved by its key.
struct AdAddress {
  AddressKind kind = AddressKind::lan;
  std::array<std::byte, 16> ip{};  ///< IPv6, or IPv4 as ::ffff:a.b.c.d.
  std::uint16_t port = 0;
  bool operator==(const AdAddress&) const = default;
};

inline constexpr std::size_t ad_models_max = 12;
inline constexpr std::size_t ad_round_trips_max = 24;
inline constexpr std::size_t ad_addresses_max = 3;
/// What is told of the number of free slots ends here.
inline constexpr Step ad_slots_last{8};  // 16
/// Ads go out on this tick, and their times are whole ticks.
inline constexpr std::int64_t ad_tick_ms = 2000;

struct Ad {
  crypto::HomeId home;
  std::uint64_t sequence = 0;  ///< At least 1; grows with each ad, also over restarts.
  UnixMs time;                 ///< The home's wall clock, for people. Nothing is decided by it.
  crypto::Digest roster_head{};
  OwnerState owner = OwnerState::busy;
  std::array<Step, slot_classes> slots_free{};
  Step memory_free_mib;
  Step accelerator_free_mib;
  Step queue_s;                          ///< Work that waits, in seconds of this machine.
  Step price;                            ///< Micro-credits for 1,000 tokens.
  std::vector<AdModel> models;           ///< Ascending by digest, each once.
  std::vector<AdRoundTrip> round_trips;  ///< Ascending by home, each once.
  std::vector<AdAddress> addresses;      ///< Best first.
  bool operator==(const Ad&) const = default;
};

/// The size of every ad, with its signature, whatever it says.
inline constexpr std::size_t ad_size = 512;
inline constexpr std::string_view ad_domain = "ad";

/// The last whole tick at `now`: an ad's time.
UnixMs ad_time(UnixMs now);

/// The ad as its home sends it in this pool. Asserts the limits and orders above.
Bytes seal_ad(const Ad& ad, const crypto::Digest& pool, const crypto::SigningKey& key);
/// The ad without its signature (448 bytes), and what the signature is over. For seal_ad, and for simulations
/// that sign otherwise.
Bytes ad_body(const Ad& ad);
Bytes ad_message(const crypto::Digest& pool, ByteView body);

/// Says whether a signature is good: crypto::verify, or what a simulation has in its place.
using VerifySignature = bool (*)(const crypto::PublicKey&, std::string_view domain, ByteView message,
                                 const crypto::Signature&);

/// Bytes that look like an ad. What it says comes out only with the key that the roster has for its home.
class ReceivedAd {
 public:
  /// Fails with `corrupt` for whatever is not exactly an ad.
  static Result<ReceivedAd> read(ByteView bytes);

  /// Whose ad it says it is.
  [[nodiscard]] const crypto::HomeId& claimed_home() const { return ad_.home; }
  /// Nothing if `key` did not sign it for this pool.
  [[nodiscard]] std::optional<Ad> open(const crypto::Digest& pool, const crypto::PublicKey& key,
                                       VerifySignature verify = crypto::verify) &&;

 private:
  Ad ad_;
  Bytes body_;
  crypto::Signature signature_;
};

/// Whether the ad's home counts `home` as present.
bool hears(const Ad& ad, const crypto::HomeId& home);

}  // namespace localscale::core
