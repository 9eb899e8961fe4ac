#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/options.hpp"
#include "gateway/shape.hpp"
#include "net/http.hpp"

namespace localscale::gateway {

/// Who may use a route.
enum class Need {
  anyone,   ///< Liveness only: no key even on the LAN.
  use,      ///< Use models, read lists: every door; a key on the LAN.
  observe,  ///< Read the home's state: this machine only, no key.
  manage,   ///< Change models: this machine only.
  session,  ///< The owner's own things: a browser that signed in, or the command line's socket.
  admin,    ///< Keys: the command line's socket only.
};

/// Guards against pages in the owner's browser that the owner did not mean to talk to us (DNS rebinding,
/// cross-site requests). Knows nothing of keys.
class Access {
 public:
  explicit Access(const Options& options);

  /// A refusal because of Host, Origin, Sec-Fetch-Site or the door; nullopt if the request may go on.
  [[nodiscard]] std::optional<Problem> check(const net::Request& request, std::string_view path) const;
  [[nodiscard]] static std::optional<Problem> check_door(const net::Request& request, Need need);
  /// The CORS fields for an allowed foreign origin; nothing for any other.
  void add_cors(const net::Request& request, net::Headers& headers) const;
  [[nodiscard]] bool is_preflight(const net::Request& request) const;
  [[nodiscard]] net::Response preflight(const net::Request& request) const;

 private:
  [[nodiscard]] bool host_allowed(const net::Request& request) const;
  [[nodiscard]] bool origin_listed(std::string_view origin) const;

  const Options& options_;
};

/// The key that a request carries as `Authorization: Bearer` or `x-api-key`; empty if none.
std::string_view presented_key(const net::Headers& headers);

/// "name:port" or "[::1]:port" without the port.
std::string_view host_name(std::string_view host);

}  // namespace localscale::gateway
