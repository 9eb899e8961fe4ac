#include "gateway/page.hpp"

#include "gateway/session_cookie.hpp"

namespace localscale::gateway {
namespace {

/// Only our own files run, and of what stands in the page those very bytes; nothing frames us, and the page
/// talks to this home alone.
constexpr std::string_view policy_start = "default-src 'none'; script-src 'self'";
constexpr std::string_view policy_style = "; style-src 'self'";
constexpr std::string_view policy_rest =
    "; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

const std::string& content_security_policy() {
  static const std::string policy = [] {
    const auto [script, style] = inline_hashes();
    std::string text(policy_start);
    text.append(" '").append(script).append("'").append(policy_style);
    return text.append(" '").append(style).append("'").append(policy_rest);
  }();
  return policy;
}

// They differ in what is painted first: the shell of the rooms, or the way in. Nothing of the home is in
// either.
constexpr std::string_view index_path = "/index.html";
constexpr std::string_view sign_in_path = "/sign_in.html";

const Asset* find_asset(std::string_view path) {
  for (const Asset& asset : assets()) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

bool is_page(const Asset& asset) {
  return asset.path == index_path || asset.path == sign_in_path;
}

/// The name of all but the page itself changes with their bytes, so browsers may keep them for ever.
std::string_view caching(const Asset& asset) {
  return is_page(asset) ? "no-cache" : "public, max-age=31536000, immutable";
}

/// A guess, and no more is needed: whether the cookie opens anything shows when the page asks for something.
std::string_view page_for(const net::Headers& headers) {
  return presented_session(headers).cookie.empty() ? sign_in_path : index_path;
}

/// True if a page of somebody else may have opened this one, and then holds on to its window. Browsers say
/// "none" where a person typed the address, took a bookmark or came from another program.
bool may_have_opener(const net::Headers& headers) {
  const std::string_view site = headers.get("Sec-Fetch-Site");
  return site != "none" && site != "same-origin";
}

net::Headers page_headers(const Asset& asset, std::string_view etag, const net::Headers& asked) {
  net::Headers headers;
  headers.set("ETag", etag);
  headers.set("Cache-Control", caching(asset));
  headers.set("Vary", is_page(asset) ? "Accept, Accept-Encoding, Cookie, Sec-Fetch-Site" : "Accept-Encoding");
  headers.set("Content-Security-Policy", content_security_policy());
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  // It makes browsers begin anew in another process, which takes longer than all the rest of the first paint:
  // only where there is a tie to cut.
  if (may_have_opener(asked)) headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  return headers;
}

bool wants_html(const net::Request& request) {
  return request.headers.get("Accept").find("text/html") != std::string_view::npos;
}

}  // namespace

void Page::add_to(Routes& routes) {
  routes.add("GET", "/", Need::anyone, [](Call& call) { return root(call); });
  routes.add("GET", "/page/*", Need::anyone, [](Call& call) { return file(call); });
}

net::Task<void> Page::root(Call& call) {
  const Asset* page = find_asset(page_for(call.request.headers));
  if (page != nullptr && wants_html(call.request)) co_return co_await serve(call, *page);
  net::Response response;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("Vary", "Accept");
  response.body = "Ollama is running";
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Page::file(Call& call) {
  const Asset* asset = find_asset(call.path);
  if (asset != nullptr) co_return co_await serve(call, *asset);
  // Asked by a page from before an update; loading it anew helps.
  co_await call.refuse(
      make_problem(404, "not_found", "The page of this home has no such file; load it anew."));
}

net::Task<void> Page::serve(Call& call, const Asset& asset) {
  const bool compressed = accepts_gzip(call.request.headers.get("Accept-Encoding"));
  // The two forms are different bytes, so they have different tags.
  const std::string etag = '"' + std::string(asset.tag) + (compressed ? "\"" : "-plain\"");
  net::Response response;
  response.headers = page_headers(asset, etag, call.request.headers);
  if (call.request.headers.get("If-None-Match") == etag) {
    response.status = 304;
  } else {
    response.headers.set("Content-Type", asset.type);
    if (compressed) {
      response.headers.set("Content-Encoding", "gzip");
      response.body = asset.gzip;
    } else {
      auto plain = gunzip(asset.gzip);
      if (!plain) co_return co_await call.refuse(plain.error());
      response.body = std::move(*plain);
    }
  }
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

}  // namespace localscale::gateway
