#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

#include "net/http.hpp"

namespace localscale::gateway {

/// Slows down who tries to guess: 5 failures a minute for each address of the LAN and for this machine, and
/// 20 for the whole LAN, so that many addresses do not help. One thread.
class SignInThrottle {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t failures_max = 5;
  static constexpr std::size_t lan_failures_max = 20;

  /// How long this client has to wait until it may try again; zero: it may now.
  std::chrono::seconds wait(const net::Request& request, Clock::time_point now);
  /// Only where there was no wait: so it never holds more than the limits.
  void failed(const net::Request& request, Clock::time_point now);
  /// The newest failure of this client was none: for what is counted before it is known.
  void forgive(const net::Request& request);

 private:
  struct Failure {
    Clock::time_point at;
    std::string address;  ///< Empty: this machine.
  };
  std::deque<Failure> failures_;  ///< Of the last minute.
};

}  // namespace localscale::gateway
