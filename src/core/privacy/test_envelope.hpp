#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/privacy/envelope_check.hpp"

namespace localscale::core::privacy {

/// A roster of as many homes as a test needs, each with a key that its number makes.
class TestMembers final : public Members {
 public:
  static crypto::SigningKey key(std::uint8_t number) {
    crypto::SigningKey::Seed seed{};
    seed[0] = static_cast<std::byte>(number);
    return crypto::SigningKey(seed);
  }
  static crypto::HomeId id(std::uint8_t number) { return crypto::home_id(key(number).public_key()); }

  explicit TestMembers(std::uint8_t count = 3) {
    for (std::uint8_t number = 1; number <= count; ++number)
      keys_.emplace(id(number), key(number).public_key());
  }
  void evict(std::uint8_t number) { keys_.erase(id(number)); }

  [[nodiscard]] std::optional<crypto::PublicKey> key_of(const crypto::HomeId& home) const override {
    const auto found = keys_.find(home);
    return found == keys_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<crypto::HomeId, crypto::PublicKey> keys_;
};

inline constexpr UnixMs test_now{1'800'000'000'000};

/// The place of the home with this number, in the pool "elm".
inline Place test_place(std::uint8_t number) {
  return {"", "", "elm", TestMembers::id(number), "n1"};
}

/// A prompt of home 1 for home 2, labelled medium, from a second ago; all of it valid.
inline Envelope test_envelope() {
  Envelope envelope;
  envelope.label = Label::medium;
  envelope.kind = Kind::stream;
  envelope.purpose = Purpose::prompt;
  envelope.source = TestMembers::id(1);
  envelope.destination = {"", "", "elm", TestMembers::id(2), ""};
  envelope.byte_budget = 1000;
  envelope.request.fill(std::byte{0x11});
  envelope.nonce.fill(std::byte{0x22});
  envelope.not_before = {test_now.ms - 1000};
  envelope.expires = {test_now.ms + 60'000};
  envelope.rule = "explicit label";
  return envelope;
}

inline LeavingContext leaving_home_one(const Members& members) {
  return {test_place(1), Tier::neighbourhood, Origin::house, test_now, members};
}

/// Straight from home 1.
inline ArrivingContext arriving_at_home_two(const Members& members) {
  return {test_place(2), Tier::neighbourhood, test_now, members, TestMembers::id(1)};
}

}  // namespace localscale::core::privacy
