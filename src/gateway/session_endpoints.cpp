#include "gateway/session_endpoints.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "gateway/access.hpp"
#include "gateway/admission.hpp"
#include "gateway/json.hpp"
#include "gateway/live_calls.hpp"
#include "gateway/session_cookie.hpp"
#include "gateway/timestamp.hpp"
#include "gateway/trace.hpp"
#include "store/password.hpp"

namespace localscale::gateway {

/// What somebody signs in with.
struct SessionEndpoints::Proof {
  enum class Kind { token, password, key };
  Kind kind = Kind::token;
  std::string secret;
};

namespace {

using Clock = SignInThrottle::Clock;

constexpr std::string_view path = "/localscale/v1/session";

bool is_secure(const net::Request& request) {
  return request.door == net::Door::lan;
}

Json session_json(const std::optional<store::Session>& session, bool password_set) {
  return {{"schema", 1},
          {"signed_in", session.has_value()},
          {"person", session ? Json(session->person) : Json(nullptr)},
          {"password_set", password_set},
          {"expires_at", session ? Json(rfc3339(session->expires_unix_s)) : Json(nullptr)}};
}

net::Task<void> send_private(Call& call, const Json& json, std::string_view cookie = {},
                             unsigned status = 200) {
  net::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "no-store");
  if (!cookie.empty()) response.headers.set("Set-Cookie", cookie);
  response.body = dump(json);
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

Problem too_often(std::chrono::seconds wait) {
  Problem problem = make_problem(429, "too_many_failures",
                                 "There were 5 wrong attempts within a minute; nothing was tried. Wait " +
                                     std::to_string(wait.count()) +
                                     " s, or take a new link from `localscale open`, which works at once.");
  problem.retry_after_s = static_cast<unsigned>(wait.count());
  return problem;
}

/// Passwords are hashed one after the other, so that nobody makes the home hash many.
Problem another_password() {
  Problem problem = make_problem(
      429, "busy", "The home is just comparing another password; nothing was tried. Try again in a second.");
  problem.retry_after_s = 1;
  return problem;
}

Problem not_here(const net::Request& request) {
  if (!Access::is_own_page(request))
    return make_problem(403, "origin_not_allowed", "Only the home's own page signs in to it.");
  return make_problem(
      403, "needs_tls",
      "The LAN door of this home is without TLS ([lan] allow_plaintext), where anybody could "
      "read along: nobody can sign in through it. Use the page on the machine itself, or take "
      "allow_plaintext out of the config.");
}

/// The address of the page as a browser on this machine opens it.
std::string page_url(const HomeState& home) {
  for (const DoorState& door : home.doors) {
    if (door.name == "loopback" && !door.url.empty()) return door.url + (door.url.ends_with('/') ? "" : "/");
  }
  return {};
}

}  // namespace

void SessionEndpoints::add_to(Routes& routes) {
  routes.add("GET", path, Need::anyone, [this](Call& call) { return show(call); });
  routes.add("POST", path, Need::anyone, [this](Call& call) { return sign_in(call); });
  routes.add("DELETE", path, Need::session, [this](Call& call) { return sign_out(call); });
  routes.add("PUT", std::string(path) + "/password", Need::session,
             [this](Call& call) { return set_password(call); });
  routes.add("POST", std::string(path) + "/tokens", Need::admin,
             [this](Call& call) { return make_token(call); });
}

net::Task<void> SessionEndpoints::show(Call& call) {
  const auto hash = services_.sessions.password_hash(the_owner);
  if (!hash) co_return co_await call.refuse(hash.error());
  co_await send_private(call, session_json(call.session, !hash->empty()));
}

namespace {

constexpr std::string_view wrong_token =
    "This link has been used already, or is too old. Get a new one with `localscale open`.";
constexpr std::string_view wrong_password = "This password is not right.";
constexpr std::string_view wrong_key =
    "This key does not open the page. One that does is made with `localscale key create NAME --sign-in`.";

Problem wrong_proof(const net::Request& request, std::string_view words) {
  spdlog::warn("a sign-in failed id={} peer={}", log_id(request), request.peer);
  return make_problem(401, "wrong_proof", std::string(words));
}

}  // namespace

net::Task<void> SessionEndpoints::sign_in(Call& call) {
  if (!Access::is_own_page(call.request) || !sessions_allowed(call.request, services_.options))
    co_return co_await call.refuse(not_here(call.request));
  if (call.request.body.size() > strangers_body_bytes_max)
    co_return co_await call.refuse(make_problem(413, "request_too_large", "This takes at most 16 KiB."));
  const auto body = parse_object(call.request.body);
  if (!body) co_return co_await call.refuse(body.error());
  constexpr std::array<std::pair<const char*, Proof::Kind>, 3> kinds = {
      {{"token", Proof::Kind::token}, {"password", Proof::Kind::password}, {"key", Proof::Kind::key}}};
  Proof proof;
  int given = 0;
  for (const auto& [name, kind] : kinds) {
    auto secret = text_of(*body, name);
    if (!secret) co_return co_await call.refuse(secret.error());
    if (secret->empty()) continue;
    proof = {kind, std::move(*secret)};
    ++given;
  }
  if (given != 1) {
    co_return co_await call.refuse(
        make_problem(400, "invalid_argument", "Give one of \"token\", \"password\" and \"key\"."));
  }
  Entered made;
  if (proof.kind == Proof::Kind::password) {
    made = co_await enter_by_password(call.request, std::move(proof.secret));
  } else {
    made = enter(call.request, proof);
  }
  if (!made) co_return co_await call.refuse(made.error());
  // The browser forgets the session that it had.
  if (call.session) static_cast<void>(services_.sessions.end(call.session->id));
  services_.live.cut_orphans(&call);
  const auto hash = services_.sessions.password_hash(the_owner);
  Json json = session_json(made->session, hash && !hash->empty());
  json["csrf"] = made->csrf;
  co_await send_private(call, json, session_cookie(made->cookie, is_secure(call.request)));
}

/// Tokens and keys are tried also where a wrong one is not to be told any more: they cannot be guessed, so
/// who fails on purpose locks nobody out who holds one.
SessionEndpoints::Entered SessionEndpoints::enter(const net::Request& request, const Proof& proof) {
  const auto now = Clock::now();
  const auto wait = throttle_.wait(request, now);
  auto made = try_proof(proof);
  if (made) return std::move(*made);
  if (made.error().code != Errc::denied) return tl::unexpected(problem_of(made.error()));
  if (wait.count() > 0) return tl::unexpected(too_often(wait));
  throttle_.failed(request, now);
  return tl::unexpected(wrong_proof(request, proof.kind == Proof::Kind::token ? wrong_token : wrong_key));
}

Result<store::NewSession> SessionEndpoints::try_proof(const Proof& proof) {
  if (proof.kind == Proof::Kind::token) return services_.sessions.enter_by_token(proof.secret);
  const auto key = services_.keys.verify(proof.secret);
  if (!key) return tl::unexpected(key.error());
  if (!key->may_sign_in) return fail(Errc::denied, "This key is for programs.");
  return services_.sessions.enter_by_key(the_owner, key->id);
}

/// A try counts before its result is known: else who hangs up while it is compared would never be counted.
net::Task<SessionEndpoints::Entered> SessionEndpoints::enter_by_password(const net::Request& request,
                                                                         std::string password) {
  const auto now = Clock::now();
  const auto wait = throttle_.wait(request, now);
  if (wait.count() > 0) co_return tl::unexpected(too_often(wait));
  if (passwords_.busy()) co_return tl::unexpected(another_password());
  auto hash = services_.sessions.password_hash(the_owner);
  if (!hash) co_return tl::unexpected(problem_of(hash.error()));
  throttle_.failed(request, now);
  const auto matches =
      co_await passwords_.run<bool>([password = std::move(password), kept = *hash]() -> Result<bool> {
        return store::password_matches(password, kept);
      });
  if (!matches) co_return tl::unexpected(problem_of(matches.error()));
  if (!*matches) co_return tl::unexpected(wrong_proof(request, wrong_password));
  auto made = services_.sessions.enter_by_password(the_owner, *hash);
  if (!made && made.error().code == Errc::denied)
    co_return tl::unexpected(wrong_proof(request, wrong_password));
  throttle_.forgive(request);
  if (!made) co_return tl::unexpected(problem_of(made.error()));
  co_return std::move(*made);
}

net::Task<void> SessionEndpoints::sign_out(Call& call) {
  if (call.session) {
    const auto ended = services_.sessions.end(call.session->id);
    if (!ended) co_return co_await call.refuse(ended.error());
    services_.live.cut_orphans(&call);
  }
  co_await send_private(call, {{"schema", 1}, {"signed_out", true}},
                        no_session_cookie(is_secure(call.request)));
}

net::Task<void> SessionEndpoints::set_password(Call& call) {
  const auto body = parse_object(call.request.body);
  if (!body) co_return co_await call.refuse(body.error());
  auto password = text_of(*body, "password");
  if (!password) co_return co_await call.refuse(password.error());
  if (const auto fine = store::check_password(*password); !fine) co_return co_await call.refuse(fine.error());
  if (passwords_.busy()) co_return co_await call.refuse(another_password());
  const auto hash = co_await passwords_.run<std::string>(
      [password = std::move(*password)] { return store::hash_password(password); });
  if (!hash) co_return co_await call.refuse(hash.error());
  const auto set = services_.sessions.set_password(call.person, *hash, call.session ? call.session->id : 0);
  if (!set) co_return co_await call.refuse(set.error());
  services_.live.cut_orphans(&call);
  co_await send_private(call, {{"schema", 1}, {"password_set", true}});
}

net::Task<void> SessionEndpoints::make_token(Call& call) {
  const std::string url = page_url(services_.status.state());
  if (url.empty()) {
    co_return co_await call.refuse(make_problem(
        503, "unavailable",
        "The home's door for browsers on this machine is shut; no link was made. See: localscale status"));
  }
  const auto token = services_.sessions.make_token(call.person);
  if (!token) co_return co_await call.refuse(token.error());
  co_await send_private(
      call,
      {{"schema", 1},
       {"url", url + "#/sign-in?token=" + token->secret},
       {"expires_at", token->expires_unix_s == 0 ? Json(nullptr) : Json(rfc3339(token->expires_unix_s))}},
      {}, 201);
}

}  // namespace localscale::gateway
