#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/pool/membership.hpp"
#include "sim/event.hpp"

namespace localscale::sim {

class World;

/// An invariant that was broken, and how.
struct Finding {
  std::int64_t at_us = 0;
  std::string invariant;
  std::string what;
};

/// Something that must be true at all times, in whatever world. Each later part of the core adds its own to
/// all_invariants().
class Invariant {
 public:
  virtual ~Invariant() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// After an event that a home took note of. Each returns what is wrong, or nothing.
  virtual std::string after_event(const World&, const Event&) { return {}; }
  /// When `observer` begins to think otherwise of `subject`.
  virtual std::string after_change(const World&, HomeIndex /*observer*/, HomeIndex /*subject*/,
                                   const core::PresenceChange&) {
    return {};
  }
  /// Once a simulated second, for what needs a look at everything.
  virtual std::string inspect(const World&) { return {}; }
};

using Invariants = std::vector<std::unique_ptr<Invariant>>;

void add_membership_invariants(Invariants& invariants);
void add_limit_invariants(Invariants& invariants);
Invariants all_invariants();

}  // namespace localscale::sim
