#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace localscale::mesh::fetcher {

/// The parts of an http or https URL that decide whom we talk to.
struct Url {
  std::string text;    ///< The whole, without fragment; holds no user name or password.
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< Lower case, without port; IPv6 addresses without brackets.
  std::string port;    ///< Always set.

  /// "host:port": what a token or a rule is valid for.
  [[nodiscard]] std::string authority() const { return host + ":" + port; }
  [[nodiscard]] bool secure() const { return scheme == "https"; }
};

/// Fails with invalid_argument for other schemes, credentials in the URL, and what curl does not accept.
Result<Url> parse_url(const std::string& text);

/// Where "Location: `location`" leads from `base`.
Result<Url> resolve_url(const Url& base, const std::string& location);

/// Percent-encodes everything but unreserved characters; '/' is kept in paths.
std::string percent_encode_path(std::string_view path);
std::string percent_encode_component(std::string_view text);

}  // namespace localscale::mesh::fetcher
