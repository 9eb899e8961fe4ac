#include "mesh/fetcher/session.hpp"

#include <utility>

#include <curl/curl.h>
#include <spdlog/spdlog.h>

#include "mesh/fetcher/challenge.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::size_t max_token_answer_bytes = 64U << 10;
constexpr std::size_t max_unwanted_bytes = 1U << 20;  ///< Of the body of a redirect or refusal.
constexpr std::chrono::seconds longest_document{120};

Error cancelled() {
  return {Errc::cancelled, "The pull was cancelled.", "Run the same pull again to resume."};
}

/// Takes a small file into memory; each try begins anew.
class Collector {
 public:
  Collector(std::string& into, std::size_t max_bytes) : into_(into), max_bytes_(max_bytes) {}

  [[nodiscard]] Transfer::OnHead on_head() {
    return [this](const Head&) {
      into_.clear();
      return true;
    };
  }
  [[nodiscard]] Transfer::OnBody on_body() {
    return [this](std::span<const std::byte> bytes) {
      too_large_ = into_.size() + bytes.size() > max_bytes_;
      if (!too_large_) into_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return !too_large_;
    };
  }
  [[nodiscard]] bool too_large() const { return too_large_; }
  [[nodiscard]] Error error(const std::string& host) const {
    return {Errc::corrupt,
            host + " sent more than " + std::to_string(max_bytes_) + " bytes for a small file.",
            "Tell the registry's operator."};
  }

 private:
  std::string& into_;
  std::size_t max_bytes_;
  bool too_large_ = false;
};

}  // namespace

/// What is asked for, and who takes the answer. Only bodies of 2xx answers are passed on.
struct Session::Question {
  std::string accept = "*/*";
  std::optional<Range> range;
  Transfer::OnHead on_head;
  Transfer::OnBody on_body;
};

/// How one try ended.
struct Session::Attempt {
  Verdict verdict = Verdict::give_up;
  Head head;
  Error error;
  std::chrono::seconds retry_after{0};
  Trouble trouble = Trouble::passing;
};

Error explain_status(const std::string& host, long status, const std::string& what) {
  const auto said = host + " answered " + std::to_string(status);
  switch (status) {
    case 401:
    case 403:
      return {Errc::denied, said + ": " + what + " needs permission.",
              "Put a token into a file and name it as token_file of this registry in the config."};
    case 404:
    case 410:
      return {Errc::not_found, said + ": it does not have " + what + ".", "Check the name."};
    case 429:
      return {Errc::exhausted, said + ": too many downloads.", "Try again later."};
    default:
      if (status >= 500)
        return {Errc::unavailable, said + ": it has a problem of its own.", "Try again later."};
      return {Errc::unavailable, said + " for " + what + ".", "Try again later."};
  }
}

Session::Session(const Registries& registries, Registry registry, const RetryPolicy& policy,
                 const Cancel& cancel)
    : registries_(registries),
      registry_(std::move(registry)),
      policy_(policy),
      cancel_(cancel),
      token_(registry_.token),
      random_(std::random_device{}()) {}

std::string Session::token_for(const Url& url) const {
  const bool own = url.authority() == registry_.base.authority() && url.scheme == registry_.base.scheme;
  return own ? token_ : std::string();
}

Session::Attempt Session::ask(const Url& url, const Question& question) {
  Attempt attempt;
  bool wanted = false;
  bool ended_here = false;
  std::size_t unwanted_bytes = 0;
  TransferOptions options;
  options.accept = question.accept;
  options.token = token_for(url);
  options.range = question.range;
  options.stall = policy_.stall;
  options.longest = longest_document;
  Transfer transfer(
      registries_, url, options,
      [&](const Head& head) {
        wanted = head.status == 200 || head.status == 206;
        ended_here = wanted && question.on_head && !question.on_head(head);
        return !ended_here;
      },
      [&](std::span<const std::byte> bytes) {
        if (!wanted) return (unwanted_bytes += bytes.size()) <= max_unwanted_bytes;
        ended_here = !question.on_body(bytes);
        return !ended_here;
      });
  const int code = multi_.run(transfer, cancel_);
  attempt.head = transfer.head();
  attempt.retry_after = transfer.retry_after();
  if (ended_here) {
    attempt.verdict = Verdict::ok;
  } else if (code != CURLE_OK) {
    attempt.verdict = transfer.address_refused() ? Verdict::give_up : judge_curl(code);
    attempt.error = cancel_.requested() ? cancelled() : transfer.explain(code);
    attempt.trouble = transfer.trouble(code);
  } else {
    attempt.verdict = judge_status(attempt.head.status, false);
    if (attempt.verdict != Verdict::ok)
      attempt.error = explain_status(url.host, attempt.head.status, "this model");
  }
  return attempt;
}

Session::Attempt Session::ask_following(Url url, const Question& question) {
  for (unsigned hop = 0;; ++hop) {
    Attempt refused;
    if (auto allowed = registries_.allow(url); !allowed) {
      refused.error = allowed.error();
      return refused;
    }
    auto attempt = ask(url, question);
    if (!attempt.head.redirects()) return attempt;
    if (hop == max_redirects) {
      refused.error = {Errc::unavailable, url.host + " redirects too often.",
                       "Tell the registry's operator."};
      return refused;
    }
    auto next = resolve_url(url, std::string(attempt.head.get("location")));
    if (!next) {
      refused.error = next.error();
      return refused;
    }
    url = std::move(*next);
  }
}

Result<Head> Session::ask_patiently(const std::string& path, const Question& question,
                                    const std::function<bool()>& again) {
  const auto url = parse_url(registry_.base.text + path);
  if (!url) return tl::unexpected(url.error());
  bool authenticated = false;
  for (unsigned tries = 1;; ++tries) {
    auto attempt = ask_following(*url, question);
    if (cancel_.requested()) return tl::unexpected(cancelled());
    if (attempt.verdict == Verdict::ok) return std::move(attempt.head);
    if (attempt.verdict == Verdict::authenticate && !authenticated) {
      if (auto allowed = authenticate(attempt.head); !allowed) return tl::unexpected(allowed.error());
      authenticated = true;
      continue;
    }
    const auto pause = pause_before(policy_, attempt.trouble, tries, chance(), attempt.retry_after);
    if (attempt.verdict != Verdict::retry || !pause || !again()) return tl::unexpected(attempt.error);
    spdlog::debug("asking {} again in {} ms", url->host, pause->count());
    if (!cancel_.sleep_for(*pause)) return tl::unexpected(cancelled());
  }
}

Result<Document> Session::get(const std::string& path, const std::string& accept, std::size_t max_bytes) {
  Document document;
  Collector collector(document.body, max_bytes);
  auto head = ask_patiently(path, {accept, std::nullopt, collector.on_head(), collector.on_body()},
                            [] { return true; });
  if (!head) return tl::unexpected(head.error());
  if (collector.too_large()) return tl::unexpected(collector.error(registry_.base.host));
  document.head = std::move(*head);
  return document;
}

Result<void> Session::stream(const std::string& path, Range range, const Transfer::OnHead& on_head,
                             const Transfer::OnBody& on_body) {
  bool begun = false;
  const auto body = [&](std::span<const std::byte> bytes) {
    begun = true;
    return on_body(bytes);
  };
  const auto head = ask_patiently(path, {"*/*", range, on_head, body}, [&] { return !begun; });
  return head ? Result<void>() : tl::unexpected(head.error());
}

Result<void> Session::authenticate(const Head& head) {
  const Error refused = explain_status(registry_.base.host, 401, "this model");
  if (!registry_.token.empty() && !token_from_challenge_)
    return tl::unexpected(refused);  // a listed token was sent
  const auto challenge = parse_challenge(head.get("www-authenticate"));
  if (!challenge && registry_.protocol == Protocol::huggingface) {
    return fail(
        Errc::denied,
        registry_.base.host + " answered 401: this repository does not exist, or it needs permission.",
        "Check the name; for a gated model put a token into a file and name it as token_file of hf.co in the "
        "config.");
  }
  if (!challenge) return tl::unexpected(challenge.error());
  auto url = parse_url(token_url(*challenge));
  if (!url) return tl::unexpected(url.error());
  token_.clear();
  std::string answer;
  Collector collector(answer, max_token_answer_bytes);
  auto attempt = ask_following(std::move(*url),
                               {"application/json", std::nullopt, collector.on_head(), collector.on_body()});
  if (attempt.verdict != Verdict::ok)
    return tl::unexpected(attempt.verdict == Verdict::give_up ? attempt.error : refused);
  if (collector.too_large()) return tl::unexpected(collector.error(registry_.base.host));
  auto token = parse_token(answer);
  if (!token) return tl::unexpected(token.error());
  token_ = std::move(*token);
  token_from_challenge_ = true;
  return {};
}

}  // namespace localscale::mesh::fetcher
