#include "gateway/admission.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "gateway/session_cookie.hpp"

namespace localscale::gateway {
namespace {

Problem bad_key(std::string message) {
  return make_problem(401, "invalid_api_key", std::move(message));
}

Problem signed_out() {
  return make_problem(
      401, "signed_out",
      "Nobody is signed in here, or the session is over; nothing was changed. Open the home's "
      "page with `localscale open`.");
}

Problem for_the_command_line() {
  return make_problem(403, "admin_only",
                      "This is done with the command line on the machine itself: localscale --help.");
}

Problem for_this_machine() {
  return make_problem(403, "local_only",
                      "Models and state are managed on the machine itself, or on the home's page by who is "
                      "signed in there; a key is for using models only.");
}

}  // namespace

std::optional<Problem> check_strangers_body(const net::Request& request) {
  const std::string_view length = request.headers.get("Content-Length");
  const auto bytes = length.empty() ? std::uint64_t{0} : parse_u64(length);
  const bool fits = bytes && *bytes <= strangers_body_bytes_max;
  if (fits && !request.headers.has("Transfer-Encoding")) return std::nullopt;
  return make_problem(413, "request_too_large",
                      "From who is not signed in this takes at most 16 KiB, with a Content-Length.");
}

tl::expected<std::optional<store::Session>, Problem> Admission::session_of(
    const net::Request& request) const {
  const SessionHalves halves = presented_session(request.headers);
  if (halves.cookie.empty() || halves.csrf.empty()) return std::nullopt;
  // Sessions are for the home's own page, never for another one that may call; and not for everyone's eyes.
  if (!Access::is_own_page(request) || !sessions_allowed(request, services_.options)) return std::nullopt;
  auto session = services_.sessions.find(halves.cookie, halves.csrf);
  if (session) return std::move(*session);
  if (session.error().code == Errc::denied) return std::nullopt;
  return tl::unexpected(problem_of(session.error()));
}

tl::expected<store::ApiKey, Problem> Admission::key_of(const net::Request& request) const {
  const std::string_view secret = presented_key(request.headers);
  if (secret.empty()) {
    return tl::unexpected(
        bad_key("Over the LAN this home wants an API key (Authorization: Bearer … or x-api-key). "
                "Its owner makes one with `localscale key create NAME`."));
  }
  auto key = services_.keys.verify(secret);
  if (!key && key.error().code != Errc::denied) return tl::unexpected(problem_of(key.error()));
  if (!key) return tl::unexpected(bad_key("This API key is not valid here."));
  return std::move(*key);
}

tl::expected<Caller, Problem> Admission::admit(const net::Request& request, Need need) const {
  if (request.door == net::Door::admin) return Caller{};
  if (need == Need::admin) return tl::unexpected(for_the_command_line());
  auto session = session_of(request);
  if (!session) return tl::unexpected(std::move(session.error()));
  if (*session || need == Need::anyone) return Caller{std::nullopt, std::move(*session)};
  if (need == Need::session) return tl::unexpected(signed_out());
  const bool on_lan = request.door == net::Door::lan;
  if (need == Need::observe || need == Need::manage) {
    if (Access::is_browser(request)) return tl::unexpected(signed_out());
    if (on_lan) return tl::unexpected(for_this_machine());
  }
  if (!on_lan) return Caller{};
  auto key = key_of(request);
  if (!key) return tl::unexpected(std::move(key.error()));
  return Caller{std::move(*key), std::nullopt};
}

}  // namespace localscale::gateway
