#include "mesh/fetcher/pull.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "base/error_advice.hpp"
#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/find_files.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::chrono::milliseconds wait_for_other{100};

}  // namespace

bool Pull::present(const FileRef& file) const {
  return have_.contains(file.digest) || common_.store.has(file);
}

void Pull::report(Status status) {
  if (const auto due = filter_.next(std::chrono::steady_clock::now(), std::move(status))) on_status_(*due);
}

void Pull::report_file(const FileRef& file, std::uint64_t completed_bytes) {
  report({"pulling " + short_digest(file.digest), file.digest, file.bytes, completed_bytes, 0});
}

Result<PulledModel> Pull::run() {
  const auto name = core::parse_model_name(text_);
  if (!name) return tl::unexpected(name.error());
  auto registry = common_.registries.find(name->host);
  if (!registry) return tl::unexpected(registry.error());
  const auto display = name->display();
  spdlog::info("pulling {} from {}", display, registry->base.authority());
  report({"pulling manifest", {}, 0, 0, 0});

  Session session(common_.registries, std::move(*registry), common_.policy, cancel_);
  auto model = find_files(session, *name);
  if (!model) return tl::unexpected(with_kept(model.error(), display, nullptr));
  if (auto enough = check_space(*model); !enough)
    return tl::unexpected(with_kept(enough.error(), display, &*model));
  for (const auto& file : model->files) {
    if (auto fetched = fetch_file(session, file, display); !fetched) {
      return tl::unexpected(with_kept(fetched.error(), display, &*model));
    }
  }
  report({"verifying sha256 digest", {}, 0, 0, 0});
  report({"writing manifest", {}, 0, 0, 0});
  if (auto settled = common_.store.settle(model->files); !settled)
    return tl::unexpected(with_kept(settled.error(), display, &*model));
  return PulledModel{display, std::move(*model)};
}

Result<void> Pull::check_space(const ModelFiles& model) const {
  std::uint64_t needed = 0;
  for (const auto& file : model.files) {
    if (!present(file)) needed += file.bytes - std::min(file.bytes, common_.store.kept_bytes(file.digest));
  }
  return needed == 0 ? Result<void>() : common_.store.check_space(needed);
}

Result<void> Pull::fetch_file(Session& session, const FileRef& file, const std::string& name) {
  while (!present(file)) {
    if (cancel_.requested())
      return fail(Errc::cancelled, "The pull was cancelled.", "Run the same pull again to resume.");
    std::shared_ptr<LiveBlob> other;
    if (const auto claim = common_.store.claim(file.digest, other)) {
      if (present(file)) break;  // another pull finished it just now
      const BlobProgress progress = [&](std::uint64_t completed, bool verifying) {
        claim->live().completed_bytes = completed;
        if (verifying)
          report({"verifying sha256 digest", file.digest, 0, 0, 0});
        else
          report_file(file, completed);
      };
      auto done =
          download_blob(common_.store, session, common_.cap, common_.connections, file, name, progress);
      if (!done) return done;
    } else {
      report_file(file, other->completed_bytes);
      static_cast<void>(cancel_.sleep_for(wait_for_other));
    }
  }
  common_.store.renew(file.digest);
  report_file(file, file.bytes);
  return {};
}

/// Adds what was kept, where running the pull again goes on from there.
Error Pull::with_kept(Error error, const std::string& name, const ModelFiles* model) const {
  BlobStore::Kept kept;
  if (model == nullptr) {
    kept = common_.store.kept_for(name);
  } else {
    for (const auto& file : model->files) {
      kept.total_bytes += file.bytes;
      kept.have_bytes += present(file) ? file.bytes : common_.store.kept_bytes(file.digest);
    }
  }
  if (kept.have_bytes == 0)
    return with_next(std::move(error), "Check the network and run the same pull again.");
  error.what += " What was downloaded so far (" + human_bytes(kept.have_bytes) + " of " +
                human_bytes(kept.total_bytes) + ") is kept" +
                (error.next.empty() ? "; run the same pull again to resume." : ".");
  return error;
}

}  // namespace localscale::mesh::fetcher
