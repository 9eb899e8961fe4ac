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
  anyone,   ///< Liveness, the page's files and signing in: no key even on the LAN.
  use,      ///< Use models, read lists: every door; a key or a session on the LAN.
  observe,  ///< Read the home's state: programs of this machine; browsers with a session, from the LAN too.
  manage,   ///< Change models: the same.
  session,  ///< The owner's own things: a browser that signed in, or the command line's socket.
  admin,    ///< The command line's socket only.
};

/// Guards against pages in the owner's browser that the owner did not mean to talk to us (DNS rebinding,
/// cross-site requests). Knows nothing of keys.
class Access {
 public:
  explicit Access(const Options& options);

  /// A refusal because of Host, Origin or Sec-Fetch-Site; nullopt if the request may go on.
  [[nodiscard]] std::optional<Problem> check(const net::Request& request, std::string_view path) const;
  /// A page or an extension in a browser asks, not a program.
  [[nodiscard]] static bool is_browser(const net::Request& request);
  /// If a page asks, it is one of this very door.
  [[nodiscard]] static bool is_own_page(const net::Request& request);
  /// The CORS fields for an allowed foreign origin; nothing for any other.
  void add_cors(const net::Request& request, net::Headers& headers) const;
  [[nodiscard]] bool is_preflight(const net::Request& request) const;
  [[nodiscard]] net::Response preflight(const net::Request& request) const;

 private:
  [[nodiscard]] bool host_allowed(const net::Request& request) const;
  [[nodiscard]] bool origin_listed(std::string_view origin) const;

  const Options& options_;
};

/// False on a LAN door without TLS: whoever reads along there would have the owner's rights.
bool sessions_allowed(const net::Request& request, const Options& options);

/// The key that a request carries as `Authorization: Bearer` or `x-api-key`; empty if none.
std::string_view presented_key(const net::Headers& headers);

/// "name:port" or "[::1]:port" without the port.
std::string_view host_name(std::string_view host);

}  // namespace localscale::gateway
