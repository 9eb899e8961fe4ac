// Whatever comes in whatever order: membership stays bounded, always wants to be woken later, and never is in
// two minds about a home.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <vector>

#include "core/pool/membership.hpp"

namespace {

using namespace localscale;

constexpr std::size_t members = 5;

crypto::HomeId home(std::size_t number) {
  crypto::HomeId id;
  id.hash[0] = static_cast<std::byte>(number);
  return id;
}

void need(bool condition) {
  if (!condition) std::abort();
}

struct Driver {
  core::Membership membership{home(0), 1};
  core::Membership::Effects effects;
  std::map<crypto::HomeId, core::Presence> seen;
  std::vector<core::Ping> pings;
  std::int64_t now = 1'000'000;

  void check() {
    need(effects.pings.size() <= members && effects.answers.size() <= 1);
    need(membership.watched() == members);
    need(membership.doubt() >= 0 && membership.doubt() <= core::Membership::doubt_max);
    for (const auto& change : effects.changes) {
      need(!seen.contains(change.home) || seen[change.home] != change.presence);
      seen[change.home] = change.presence;
      need(membership.presence(change.home) == effects.changes.back().presence ||
           change.home != effects.changes.back().home);
    }
    pings.insert(pings.end(), effects.pings.begin(), effects.pings.end());
    effects.clear();
  }

  /// Wakes it until it wants nothing more now.
  void wake() {
    for (int i = 0; effects.wake_at.us <= now; ++i) {
      need(i < 100);
      membership.on_alarm({now}, effects);
      check();
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Driver driver;
  std::vector<crypto::HomeId> all;
  for (std::size_t i = 0; i <= members; ++i) all.push_back(home(i));
  driver.membership.on_started({driver.now}, all, driver.effects);
  driver.check();
  for (std::size_t i = 0; i + 4 <= size; i += 4) {
    const std::size_t whose = data[i + 1] % (members + 2);
    const std::uint64_t value = data[i + 2];
    driver.now += static_cast<std::int64_t>(data[i + 3]) * data[i + 3] * 200;
    core::Ping ping{home(whose), value};
    if (data[i] & 0x80U && !driver.pings.empty()) ping = driver.pings[value % driver.pings.size()];
    const core::AdNews news{ping.home, value + 1, (data[i] & 0x40U) != 0, value % 50 == 49};
    switch (data[i] % 6) {
      case 0:
        driver.membership.on_ad({driver.now}, news, driver.effects);
        break;
      case 1:
        driver.membership.on_ping({driver.now}, ping, driver.effects);
        break;
      case 2:
        driver.membership.on_answer({driver.now}, ping, news, driver.effects);
        break;
      case 3:
        driver.membership.on_refused({driver.now}, ping, driver.effects);
        break;
      case 4:
        driver.membership.on_link_lost({driver.now}, ping.home, driver.effects);
        break;
      default:
        driver.membership.on_alarm({driver.now}, driver.effects);
        break;
    }
    driver.check();
    driver.wake();
  }
  return 0;
}
