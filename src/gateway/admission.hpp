#pragma once

#include <optional>

#include "gateway/access.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Who asks, as far as it had to be found out. Both empty: a program of this machine, or anyone where anyone
/// may ask.
struct Caller {
  std::optional<store::ApiKey> key;
  std::optional<store::Session> session;
};

/// Door, key and session: who may use which route. Access has checked before that no page of another site
/// asks.
class Admission {
 public:
  explicit Admission(const Services& services) : services_(services) {}

  [[nodiscard]] tl::expected<Caller, Problem> admit(const net::Request& request, Need need) const;

 private:
  [[nodiscard]] tl::expected<std::optional<store::Session>, Problem> session_of(
      const net::Request& request) const;
  [[nodiscard]] tl::expected<store::ApiKey, Problem> key_of(const net::Request& request) const;

  const Services& services_;
};

/// How many bytes of a body are read from somebody who has shown nothing, for a route that anyone may use.
inline constexpr std::size_t strangers_body_bytes_max = 16U << 10;
/// A refusal of a body that a stranger may not send; by the head alone.
std::optional<Problem> check_strangers_body(const net::Request& request);

}  // namespace localscale::gateway
