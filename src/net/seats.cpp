#include "net/seats.hpp"

namespace localscale::net {

Seat::~Seat() {
  if (seats_ == nullptr) return;
  recognise();
  --seats_->open_[Seats::index(door_)];
}

void Seat::recognise() {
  if (seats_ != nullptr && !stranger_.empty()) seats_->forget(std::exchange(stranger_, {}));
}

Seat Seats::take(Door door, std::string_view address) {
  if (!has_room(door)) return {};
  std::string stranger;
  if (door == Door::lan) {
    auto known = strangers_.find(address);
    if (known != strangers_.end() && known->second >= strangers_max) return {};
    if (known == strangers_.end()) known = strangers_.emplace(address, 0).first;
    ++known->second;
    stranger = address;
  }
  ++open_[index(door)];
  return {*this, door, std::move(stranger)};
}

bool Seats::has_room(Door door) const {
  if (door == Door::admin) return open(door) < admin_max;
  if (door == Door::lan && open(door) >= lan_max()) return false;
  return open(Door::loopback) + open(Door::ollama) + open(Door::lan) < max_;
}

void Seats::forget(const std::string& stranger) {
  const auto known = strangers_.find(stranger);
  if (--known->second == 0) strangers_.erase(known);
}

}  // namespace localscale::net
