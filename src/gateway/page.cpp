#include "gateway/page.hpp"

namespace localscale::gateway {
namespace {

/// Only our own files run, nothing frames us, and the page talks to this home alone.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const Asset* find_asset(std::string_view path) {
  for (const Asset& asset : assets()) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

net::Headers page_headers(const Asset& asset) {
  net::Headers headers;
  headers.set("ETag", asset.etag);
  headers.set("Cache-Control", "no-cache");
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
  for (const Asset& asset : assets()) {
    if (asset.path == "/index.html") continue;
    routes.add("GET", asset.path, Need::anyone, [&asset](Call& call) { return serve(call, asset); });
  }
}

net::Task<void> Page::root(Call& call) {
  const Asset* index = find_asset("/index.html");
  if (index != nullptr && wants_html(call.request)) co_return co_await serve(call, *index);
  net::Response response;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("Vary", "Accept");
  response.body = "Ollama is running";
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

net::Task<void> Page::serve(Call& call, const Asset& asset) {
  net::Response response;
  response.headers = page_headers(asset);
  if (call.path == "/") response.headers.set("Vary", "Accept");
  if (call.request.headers.get("If-None-Match") == asset.etag) {
    response.status = 304;
  } else {
    response.headers.set("Content-Type", asset.type);
    response.body = asset.bytes;
  }
  const auto sent = co_await call.answer.send(std::move(response));
  static_cast<void>(sent);
}

}  // namespace localscale::gateway
