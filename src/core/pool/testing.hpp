#pragma once

// For tests only: homes with keys, and the steps that they make.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/pool/roster_log.hpp"

namespace localscale::core::pool::testing {

/// A home of a test. The same number always has the same key.
class TestHome {
 public:
  explicit TestHome(std::uint8_t number) : key_(seed(number, 0)), number_(number) {}

  [[nodiscard]] HomeId id() const {
    return crypto::home_id(crypto::SigningKey(seed(number_, 0)).public_key());
  }
  [[nodiscard]] const crypto::SigningKey& key() const { return key_; }
  [[nodiscard]] HomeFacts facts() const { return {.name = "home " + std::to_string(number_)}; }
  /// A key that it may change to.
  [[nodiscard]] crypto::SigningKey other_key(std::uint8_t which) const {
    return crypto::SigningKey(seed(number_, which));
  }
  void use(const crypto::SigningKey& key) { key_ = key; }

 private:
  static crypto::SigningKey::Seed seed(std::uint8_t number, std::uint8_t which) {
    crypto::SigningKey::Seed seed{};
    seed[0] = static_cast<std::byte>(number);
    seed[1] = static_cast<std::byte>(which);
    return seed;
  }
  crypto::SigningKey key_;
  std::uint8_t number_;
};

using Homes = std::vector<const TestHome*>;

inline constexpr std::int64_t made_at_ms = 1'700'000'000'000;
inline constexpr UnixMs in_half_a_year{made_at_ms + 180 * std::int64_t{86'400'000}};

/// A step after these parents, signed by the first home as its author and the others beside it.
inline Transition make(std::vector<TransitionId> parents, Act act, const Homes& signing,
                       const crypto::SigningKey* consenting = nullptr) {
  TransitionBody body{signing.front()->id(), {made_at_ms}, std::move(parents), std::move(act)};
  std::vector<CoSignature> cosignatures;
  for (std::size_t i = 1; i < signing.size(); ++i)
    cosignatures.push_back({signing[i]->id(), cosign(body, signing[i]->key())});
  std::optional<Signature> consent;
  if (consenting) consent = consent_to(body, *consenting);
  return seal(std::move(body), consent, std::move(cosignatures), signing.front()->key());
}

/// The same, after all that a log knows.
inline Transition next(const RosterLog& log, Act act, const Homes& signing,
                       const crypto::SigningKey* consenting = nullptr) {
  return make(log.parents_for_next(), std::move(act), signing, consenting);
}

inline Transition next_admit(const RosterLog& log, const TestHome& home, const Homes& signing) {
  const crypto::SigningKey first = home.other_key(0);
  return next(log, Admit{first.public_key(), home.facts(), in_half_a_year}, signing, &first);
}

inline Transition creation(const TestHome& founder, Charter charter = {.pool_name = "street"}) {
  return make({}, CreatePool{founder.key().public_key(), founder.facts(), std::move(charter), {}},
              {&founder});
}

/// A pool of the homes 1 to `count`, all with a say.
struct TestPool {
  std::vector<TestHome> homes;
  RosterLog log;

  explicit TestPool(std::uint8_t count, Charter charter = {.pool_name = "street"})
      : homes(make_homes(count)), log(*RosterLog::create(creation(homes[0], std::move(charter)))) {
    for (std::uint8_t i = 1; i < count; ++i) {
      Homes all;
      for (std::uint8_t j = 0; j < i; ++j) all.push_back(&homes[j]);
      if (const auto added = log.append(next_admit(log, homes[i], all)); !added)
        throw std::runtime_error(added.error().what);
    }
  }

  [[nodiscard]] const TestHome& home(std::size_t number) const { return homes[number - 1]; }
  [[nodiscard]] HomeId id(std::size_t number) const { return home(number).id(); }
  /// Homes by their numbers.
  [[nodiscard]] Homes these(const std::vector<std::size_t>& numbers) const {
    Homes chosen;
    for (const std::size_t number : numbers) chosen.push_back(&home(number));
    return chosen;
  }
  [[nodiscard]] Transition evict(const RosterLog& from, const std::vector<std::size_t>& out,
                                 const std::vector<std::size_t>& by) const {
    Evict act;
    for (const std::size_t number : out) act.homes.push_back(id(number));
    std::sort(act.homes.begin(), act.homes.end());
    return next(from, act, these(by));
  }

 private:
  static std::vector<TestHome> make_homes(std::uint8_t count) {
    std::vector<TestHome> homes;
    for (std::uint8_t number = 1; number <= count; ++number) homes.emplace_back(number);
    return homes;
  }
};

inline RosterLog with(RosterLog log, const Transition& step) {
  if (const auto added = log.append(step); !added) throw std::runtime_error(added.error().what);
  return log;
}

inline RosterLog merged(RosterLog a, const RosterLog& b) {
  if (const auto done = a.merge(b); !done) throw std::runtime_error(done.error().what);
  return a;
}

}  // namespace localscale::core::pool::testing
