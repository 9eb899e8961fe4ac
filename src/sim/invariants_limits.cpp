#include "sim/world.hpp"

// Whatever happens, nothing grows without end, and ads tell nothing by their size.

namespace localscale::sim {
namespace {

class AdsHaveOneSize : public Invariant {
 public:
  std::string_view name() const override { return "ads_have_one_size"; }

  std::string after_event(const World& world, const Event& event) override {
    if (event.kind != EventKind::ad || !event.authentic || event.bytes->size() == core::ad_size) return {};
    return world.home(event.from).path + " sent an ad of " + std::to_string(event.bytes->size()) + " bytes";
  }
};

/// A home's pings and answers stay few, whatever others send it.
class SendsLittle : public Invariant {
 public:
  std::string_view name() const override { return "sends_little"; }

  std::string inspect(const World& world) override {
    const auto others = static_cast<std::uint64_t>(world.tree().homes_per_pool() - 1);
    for (const Home& home : world.homes()) {
      // Four pings to each in a second: two after a lost link, one in turn, one greeting.
      if (home.pings_sent > others * 5) return home.path + " sent too many pings";
      // Ten answers in a second, and ten more in the next that begins within it.
      if (home.answers_sent > others * 20) return home.path + " sent too many answers";
    }
    return {};
  }
};

class KeepsLittle : public Invariant {
 public:
  std::string_view name() const override { return "keeps_little"; }

  std::string after_event(const World& world, const Event& event) override {
    const Home& home = world.home(event.home);
    const auto others = static_cast<std::size_t>(world.tree().homes_per_pool() - 1);
    if (home.running && home.membership->watched() > others)
      return home.path + " watches more than the members";
    return {};
  }

  std::string inspect(const World& world) override {
    // Two buffers of half a minute for each pair, when everybody stands still.
    const std::size_t pairs = world.homes().size() * static_cast<std::size_t>(world.tree().homes_per_pool());
    return world.queued() > pairs * 100 + 1000 ? "too many events wait" : "";
  }
};

}  // namespace

void add_limit_invariants(Invariants& invariants) {
  invariants.push_back(std::make_unique<AdsHaveOneSize>());
  invariants.push_back(std::make_unique<SendsLittle>());
  invariants.push_back(std::make_unique<KeepsLittle>());
}

}  // namespace localscale::sim
