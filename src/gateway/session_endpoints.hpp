#pragma once

#include "gateway/routes.hpp"
#include "gateway/services.hpp"
#include "gateway/sign_in_throttle.hpp"
#include "net/side_thread.hpp"

namespace localscale::gateway {

/// Signing in and out: /localscale/v1/session, its password, and the links of `localscale open`.
class SessionEndpoints {
 public:
  explicit SessionEndpoints(Services& services) : services_(services) {}
  void add_to(Routes& routes);

 private:
  net::Task<void> show(Call& call);
  net::Task<void> sign_in(Call& call);
  net::Task<void> sign_out(Call& call);
  net::Task<void> set_password(Call& call);
  net::Task<void> make_token(Call& call);

  using Entered = tl::expected<store::NewSession, Problem>;
  struct Proof;
  /// With a token or a key.
  [[nodiscard]] Entered enter(const net::Request& request, const Proof& proof);
  [[nodiscard]] Result<store::NewSession> try_proof(const Proof& proof);
  net::Task<Entered> enter_by_password(const net::Request& request, std::string password);

  Services& services_;
  SignInThrottle throttle_;
  net::SideThread passwords_;  ///< Hashes them: everybody else would wait for it.
};

}  // namespace localscale::gateway
