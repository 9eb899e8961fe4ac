#include "gateway/page.hpp"

namespace localscale::gateway {
namespace {

/// Only our own files run, nothing frames us, and the page talks to this home alone.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view index_path = "/index.html";

const Asset* find_asset(std::string_view path) {
  for (const Asset& asset : assets()) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

/// The name of all but the page itself changes with their bytes, so browsers may keep them for ever.
std::string_view caching(const Asset& asset) {
  return asset.path == index_path ? "no-cache" : "public, max-age=31536000, immutable";
}

net::Headers page_headers(const Asset& asset, std::string_view etag) {
  net::Headers headers;
  headers.set("ETag", etag);
  headers.set("Cache-Control", caching(asset));
  headers.set("Vary", asset.path == index_path ? "Accept, Accept-Encoding" : "Accept-Encoding");
  headers.set("Content-Security-Policy", content_security_policy);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
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
  const Asset* index = find_asset(index_path);
  if (index != nullptr && wants_html(call.request)) co_return co_await serve(call, *index);
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
  response.headers = page_headers(asset, etag);
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
