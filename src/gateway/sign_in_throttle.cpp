#include "gateway/sign_in_throttle.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace localscale::gateway {
namespace {

constexpr std::chrono::seconds window{60};

/// "192.168.1.20:5222" without its port. This machine's programs all have one address.
std::string address_of(const net::Request& request) {
  if (request.door != net::Door::lan) return {};
  return "lan " + request.peer.substr(0, request.peer.rfind(':'));
}

}  // namespace

std::chrono::seconds SignInThrottle::wait(const net::Request& request, Clock::time_point now) {
  while (!failures_.empty() && now - failures_.front().at >= window) failures_.pop_front();
  const std::string address = address_of(request);
  std::size_t own = 0;
  std::size_t lan = 0;
  std::optional<Clock::time_point> oldest;  // When it leaves, there is room for one more.
  for (auto failure = failures_.rbegin(); failure != failures_.rend() && !oldest; ++failure) {
    if (failure->address == address) ++own;
    if (!failure->address.empty()) ++lan;
    if (own == failures_max || (!address.empty() && lan == lan_failures_max)) oldest = failure->at;
  }
  if (!oldest) return std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::seconds>(*oldest + window - now);
}

void SignInThrottle::failed(const net::Request& request, Clock::time_point now) {
  if (wait(request, now).count() > 0) return;
  failures_.push_back({now, address_of(request)});
}

void SignInThrottle::forgive(const net::Request& request) {
  const auto newest = std::find_if(failures_.rbegin(), failures_.rend(), [&](const Failure& failure) {
    return failure.address == address_of(request);
  });
  if (newest != failures_.rend()) failures_.erase(std::next(newest).base());
}

}  // namespace localscale::gateway
