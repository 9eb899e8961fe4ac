#pragma once

#include <functional>
#include <random>
#include <string>

#include "base/error.hpp"
#include "mesh/fetcher/multi.hpp"
#include "mesh/fetcher/registries.hpp"
#include "mesh/fetcher/retry.hpp"

namespace localscale::mesh::fetcher {

/// An answer small enough to be held in memory.
struct Document {
  Head head;
  std::string body;
};

inline constexpr unsigned max_redirects = 5;

/// The conversation of one pull with one registry: keeps its token and connections. One thread.
class Session {
 public:
  Session(const Registries& registries, Registry registry, const RetryPolicy& policy, const Cancel& cancel);

  /// GETs `path` below the registry's base: answers a bearer challenge, follows redirects, waits and asks
  /// again where that may help. Fails with not_found, denied, unavailable, timeout, corrupt (too large),
  /// cancelled.
  Result<Document> get(const std::string& path, const std::string& accept, std::size_t max_bytes);

  /// GETs a `range` of `path` piece by piece, as get() does but for one thing: once the first piece has come,
  /// nothing is asked again. `on_head` sees the head of a 200 or 206 (a server may not honour ranges); it or
  /// `on_body` ends the transfer by false, which is no error.
  Result<void> stream(const std::string& path, Range range, const Transfer::OnHead& on_head,
                      const Transfer::OnBody& on_body);

  /// Gets a token for what `head` (a 401) asks for. Fails with denied if there is no way.
  Result<void> authenticate(const Head& head);

  /// The token if `url` is the registry's own: no other host ever sees it.
  [[nodiscard]] std::string token_for(const Url& url) const;
  /// Uniform in [0, 1): jitter.
  double chance() { return std::uniform_real_distribution<>(0, 1)(random_); }

  [[nodiscard]] const Registries& registries() const { return registries_; }
  [[nodiscard]] const Registry& registry() const { return registry_; }
  [[nodiscard]] const RetryPolicy& policy() const { return policy_; }
  [[nodiscard]] const Cancel& cancel() const { return cancel_; }
  [[nodiscard]] Multi& multi() { return multi_; }

 private:
  struct Question;
  struct Attempt;
  Attempt ask(const Url& url, const Question& question);
  Attempt ask_following(Url url, const Question& question);
  /// Asks until there is an answer or no more use in asking. `again`: whether asking again is still right.
  Result<Head> ask_patiently(const std::string& path, const Question& question,
                             const std::function<bool()>& again);

  const Registries& registries_;
  Registry registry_;
  const RetryPolicy& policy_;
  const Cancel& cancel_;
  Multi multi_;
  std::string token_;
  bool token_from_challenge_ = false;
  std::mt19937_64 random_;
};

/// What an answer that ends a download means, in words: "404 from HOST".
Error explain_status(const std::string& host, long status, const std::string& what);

}  // namespace localscale::mesh::fetcher
