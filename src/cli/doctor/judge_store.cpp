#include <fmt/format.h>

#include "base/bytes.hpp"
#include "cli/doctor/judge.hpp"

/// The model store and the LAN certificate.
namespace localscale::cli::doctor {
namespace {

constexpr std::size_t max_told = 10;

void judge_problems(const StoreFacts& store, std::vector<Finding>& out) {
  for (std::size_t i = 0; i < store.problems.size() && i < max_told; ++i) {
    const StoreFacts::Problem& problem = store.problems[i];
    out.push_back(
        {"models", Level::warning, problem.message,
         problem.name.empty()
             ? std::string("Mend or remove that file where it lies.")
             : fmt::format("Mend or replace the file; where it lies in this home's own store, remove it "
                           "with: localscale rm {}",
                           problem.name)});
  }
  if (store.problems.size() > max_told) {
    out.push_back({"models", Level::warning,
                   fmt::format("{} more model files cannot be offered.", store.problems.size() - max_told),
                   "See: localscale ls"});
  }
}

}  // namespace

void judge_store(const StoreFacts& store, std::vector<Finding>& out) {
  if (!store.error.empty()) {
    out.push_back(
        {"models", Level::failure, fmt::format("The model store cannot be looked at: {}", store.error),
         store.next.empty() ? "Run this as the user who runs Localscale, or as root." : store.next});
    return;
  }
  judge_problems(store, out);
  if (store.unfinished_files > 0) {
    out.push_back({"models", Level::warning,
                   fmt::format("Unfinished pulls keep {} ({} {}).", human_bytes(store.unfinished_bytes),
                               store.unfinished_files, store.unfinished_files == 1 ? "file" : "files"),
                   "Go on with: localscale pull NAME; or drop them: localscale rm NAME"});
  }
  if (!store.orphans.empty()) {
    out.push_back({"models", Level::warning,
                   fmt::format("{} {} in the store belong to no model ({}), the first is {}.",
                               store.orphans.size(), store.orphans.size() == 1 ? "file" : "files",
                               human_bytes(store.orphan_bytes), store.orphans.front()),
                   "They only take room: remove them while nothing is being pulled."});
  }
  if (store.models == 0) {
    out.push_back(
        {"models", Level::warning, "There is no model to run.", "Get one with: localscale pull llama3.2:1b"});
  } else {
    out.push_back({"models", Level::ok,
                   fmt::format("{} {} can be run.", store.models, store.models == 1 ? "model" : "models"),
                   ""});
  }
}

void judge_certificate(const CertificateFacts& certificate, std::int64_t now_unix_s,
                       std::vector<Finding>& out) {
  constexpr std::int64_t day_s = 86'400;
  constexpr std::int64_t soon_s = 14 * day_s;  // The house renews it 30 days before its end.
  if (!certificate.door_wanted) {
    out.push_back(
        {"certificate", Level::ok, "The LAN door is not asked for, so it needs no certificate.", ""});
  } else if (certificate.plaintext) {
    out.push_back({"certificate", Level::warning,
                   "lan.allow_plaintext is on: anyone on the LAN can read prompts and keys.",
                   "Take lan.allow_plaintext out of the config."});
  } else if (!certificate.expires_unix_s) {
    out.push_back({"certificate", Level::ok,
                   "There is no LAN certificate yet: it is made when the LAN door opens.", ""});
  } else if (*certificate.expires_unix_s <= now_unix_s + soon_s) {
    const bool over = *certificate.expires_unix_s <= now_unix_s;
    out.push_back(
        {"certificate", over ? Level::failure : Level::warning,
         over ? std::string("The LAN certificate has ended.")
              : fmt::format("The LAN certificate ends in {} days and was not renewed.",
                            (*certificate.expires_unix_s - now_unix_s) / day_s),
         "A running home renews it by itself: localscale up; localscale logs says what hinders it."});
  } else {
    out.push_back({"certificate", Level::ok,
                   fmt::format("The LAN certificate holds for {} days.",
                               (*certificate.expires_unix_s - now_unix_s) / day_s),
                   ""});
  }
}

}  // namespace localscale::cli::doctor
