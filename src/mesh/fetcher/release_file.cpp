#include "mesh/fetcher/release_file.hpp"

#include <utility>

#include <spdlog/spdlog.h>

#include "mesh/fetcher/session.hpp"

namespace localscale::mesh::fetcher {
namespace {

/// A person waits for it: two tries are enough.
RetryPolicy short_of(RetryPolicy policy) {
  policy.attempts = 2;
  policy.unreachable_attempts = 1;
  return policy;
}

/// The session speaks of models; here it is about a file.
Error about_releases(Error error, const Url& url) {
  if (error.code == Errc::not_found)
    error.what = url.host + " has nothing at the address that update.url names.";
  if (error.code == Errc::not_found || error.next.empty())
    error.next = "Check update.url in the config, or try again later.";
  return error;
}

}  // namespace

Result<std::string> fetch_release_file(const Common& common, const Cancel& cancel) {
  if (common.release_url.empty()) {
    return fail(Errc::unsupported, "This home knows no address to ask for releases.",
                "Set url under [update] in the config, then: localscale down; localscale up");
  }
  auto url = parse_url(common.release_url);
  if (!url) return tl::unexpected(url.error());
  spdlog::info("asking {} for the newest release", url->host);
  const RetryPolicy policy = short_of(common.policy);
  Registry server;
  server.name = "update";
  server.base = *url;
  Session session(common.registries, std::move(server), policy, cancel);
  auto document = session.get("", "application/json", max_release_file_bytes);
  if (!document) return tl::unexpected(about_releases(document.error(), *url));
  return std::move(document->body);
}

}  // namespace localscale::mesh::fetcher
