#include "gateway/access.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace localscale::gateway {
namespace {

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool contains_name(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const std::string& entry) { return same_text(entry, name); });
}

/// Not every name under .localhost: some resolvers ask the network about those.
bool is_loopback_name(std::string_view name) {
  return name == "127.0.0.1" || name == "[::1]" || same_text(name, "localhost");
}

/// An address cannot be rebound by a hostile name server, so addresses are fine where a key is asked for.
bool is_address(std::string_view name) {
  return name.starts_with('[') ||
         (!name.empty() && name.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// A page of our own: its origin is the very host it calls.
bool is_same_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && same_text(origin.substr(scheme.size()), host)) return true;
  }
  return false;
}

/// Header names that a preflight asks for, if they are well-formed; they are only names, so they may be
/// echoed.
std::string_view requested_headers(const net::Request& request) {
  const std::string_view names = request.headers.get("Access-Control-Request-Headers");
  const bool fine = names.size() <= 2048 && std::ranges::all_of(names, [](unsigned char c) {
                      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == ',' || c == ' ';
                    });
  return fine ? names : std::string_view("authorization, content-type");
}

Problem denied(std::string message, std::string code) {
  return make_problem(403, std::move(code), std::move(message));
}

}  // namespace

std::string_view host_name(std::string_view host) {
  if (host.starts_with('['))
    return host.substr(0, host.find(']') == std::string_view::npos ? host.size() : host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

std::string_view presented_key(const net::Headers& headers) {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view authorization = headers.get("Authorization");
  if (authorization.size() > scheme.size() && same_text(authorization.substr(0, scheme.size()), scheme)) {
    return authorization.substr(scheme.size());
  }
  return headers.get("x-api-key");
}

bool sessions_allowed(const net::Request& request, const Options& options) {
  return request.door != net::Door::lan || !options.lan_is_plaintext;
}

Access::Access(const Options& options) : options_(options) {}

bool Access::origin_listed(std::string_view origin) const {
  return std::ranges::find(options_.allowed_origins, origin) != options_.allowed_origins.end();
}

bool Access::host_allowed(const net::Request& request) const {
  const std::string_view host = host_name(request.headers.get("Host"));
  if (contains_name(options_.allowed_hosts, host)) return true;
  if (request.door == net::Door::lan) return is_address(host) || contains_name(options_.lan_names, host);
  return is_loopback_name(host);
}

std::optional<Problem> Access::check(const net::Request& request, std::string_view path) const {
  if (request.door == net::Door::admin) return std::nullopt;
  if (!host_allowed(request)) {
    return denied(
        "This home does not answer to the name in the Host header. If you meant it, add it to [api] "
        "allowed_hosts.",
        "host_not_allowed");
  }
  const std::string_view origin = request.headers.get("Origin");
  if (origin_listed(origin)) return std::nullopt;
  if (!origin.empty() && !is_same_origin(origin, request.headers.get("Host"))) {
    return denied(
        "Pages from this origin may not call this home. If you meant it, add it to [api] allowed_origins.",
        "origin_not_allowed");
  }
  // Browsers leave Origin out of simple GETs of images and scripts; following a link to our page is fine.
  const bool follows_link = path == "/" && request.headers.get("Sec-Fetch-Mode") == "navigate";
  if (request.headers.get("Sec-Fetch-Site") == "cross-site" && !follows_link) {
    return denied("Other sites may not call this home.", "cross_site");
  }
  return std::nullopt;
}

bool Access::is_browser(const net::Request& request) {
  return request.headers.has("Sec-Fetch-Site") || request.headers.has("Origin");
}

bool Access::is_own_page(const net::Request& request) {
  const std::string_view origin = request.headers.get("Origin");
  return origin.empty() || is_same_origin(origin, request.headers.get("Host"));
}

void Access::add_cors(const net::Request& request, net::Headers& headers) const {
  if (options_.allowed_origins.empty()) return;
  const std::string_view origin = request.headers.get("Origin");
  headers.set("Vary", "Accept, Origin");
  if (!origin_listed(origin)) return;
  headers.set("Access-Control-Allow-Origin", origin);
  headers.set("Access-Control-Expose-Headers", "x-request-id, retry-after, x-should-retry");
}

bool Access::is_preflight(const net::Request& request) const {
  return request.method == "OPTIONS" && request.headers.has("Origin") &&
         request.headers.has("Access-Control-Request-Method");
}

net::Response Access::preflight(const net::Request& request) const {
  net::Response response;
  response.status = 204;
  response.headers.set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  response.headers.set("Access-Control-Allow-Headers", requested_headers(request));
  response.headers.set("Access-Control-Max-Age", "600");
  if (request.headers.has("Access-Control-Request-Private-Network")) {
    response.headers.set("Access-Control-Allow-Private-Network", "true");
  }
  return response;
}

}  // namespace localscale::gateway
