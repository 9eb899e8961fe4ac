#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "net/http.hpp"

namespace localscale::net {

class Seats;

/// One connection's place among those that a server serves; given back when it goes. Empty by default.
class Seat {
 public:
  Seat() = default;
  Seat(Seats& seats, Door door, std::string stranger) noexcept
      : seats_(&seats), door_(door), stranger_(std::move(stranger)) {}
  Seat(Seat&& other) noexcept
      : seats_(std::exchange(other.seats_, nullptr)),
        door_(other.door_),
        stranger_(std::move(other.stranger_)) {}
  Seat& operator=(Seat&&) = delete;
  ~Seat();

  [[nodiscard]] bool taken() const { return seats_ != nullptr; }
  /// The client has shown who it is: it no longer counts among its address's strangers.
  void recognise();

 private:
  Seats* seats_ = nullptr;
  Door door_ = Door::loopback;
  std::string stranger_;  ///< The address that it counts for; empty if for none.
};

/// Shares out a server's connections so that no door can shut the others: the LAN gets at most half, what is
/// left to the doors of this machine; the admin socket has `admin_max` of its own. On the LAN one address may
/// have `strangers_max` connections that have not shown a key yet. Outlives its seats. One thread.
class Seats {
 public:
  static constexpr std::uint32_t admin_max = 64;
  static constexpr std::uint32_t strangers_max = 64;

  explicit Seats(std::uint32_t max) : max_(max) {}
  Seats(const Seats&) = delete;
  Seats& operator=(const Seats&) = delete;

  /// A seat, not taken if the door or the address has all that it may have. `address` has no port.
  Seat take(Door door, std::string_view address);
  [[nodiscard]] std::uint32_t open(Door door) const { return open_[index(door)]; }
  [[nodiscard]] std::uint32_t lan_max() const { return max_ > 1 ? max_ / 2 : 1; }

 private:
  friend class Seat;
  struct Text {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  static constexpr std::size_t index(Door door) { return static_cast<std::size_t>(door); }
  [[nodiscard]] bool has_room(Door door) const;
  void forget(const std::string& stranger);

  std::uint32_t max_;
  std::array<std::uint32_t, 4> open_{};
  std::unordered_map<std::string, std::uint32_t, Text, std::equal_to<>> strangers_;
};

}  // namespace localscale::net
