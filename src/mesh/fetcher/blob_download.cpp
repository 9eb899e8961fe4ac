#include "mesh/fetcher/blob_download.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "mesh/fetcher/blob_sink.hpp"
#include "mesh/fetcher/digest.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::chrono::seconds space_check_interval{1};

/// One try at one file.
class Try {
 public:
  Try(BlobStore& store, Session& session, RateCap& cap, std::uint32_t connections, const FileRef& file,
      const BlobProgress& progress)
      : store_(store),
        session_(session),
        cap_(cap),
        connections_(connections),
        file_(file),
        progress_(progress) {}

  Result<void> run(Journal journal, bool fresh) {
    if (auto enough = store_.check_space(file_.bytes - journal.have.bytes()); !enough) return enough;
    auto part = PartFile::open(store_.part_path(file_.digest), file_.bytes, fresh);
    if (!part) return tl::unexpected(part.error());
    // The digest must never vouch for a file whose journal outlived a crash between these steps.
    const auto journal_path = store_.journal_path(file_.digest);
    if (auto written = write_journal(journal_path, journal); !written) return written;

    const auto done = fill(std::move(*part), journal, journal_path);
    if (!done && store_.kept_bytes(file_.digest) == 0) store_.discard(file_.digest);
    return done;
  }

 private:
  Result<void> fill(PartFile part, const Journal& journal, const std::filesystem::path& journal_path) {
    BlobSink sink(std::move(part), journal, journal_path);
    auto done = fetch(sink, journal);
    if (!done) sink.keep();
    return done;
  }

  Result<void> fetch(BlobSink& sink, const Journal& resumed) {
    RangeFetch fetch(session_, file_, sink, cap_, connections_, [&] { return tick(sink); });
    if (auto fetched = fetch.run(resumed); !fetched) return fetched;
    progress_(file_.bytes, false);
    const auto digest = sink.finish(session_.cancel(), [&] { progress_(file_.bytes, true); });
    if (!digest) return tl::unexpected(digest.error());
    if (*digest == file_.digest) return store_.publish(file_.digest);
    return fail(Errc::corrupt,
                "What " + session_.registry().base.host + " sent for " + short_digest(file_.digest) +
                    " has another sha256 (" + short_digest(*digest) + ") and was deleted.",
                "Try again later, or tell the registry's operator.");
  }

  Result<void> tick(const BlobSink& sink) {
    progress_(sink.written_bytes(), false);
    const auto now = std::chrono::steady_clock::now();
    if (now - space_checked_ < space_check_interval) return {};
    space_checked_ = now;
    return store_.check_space(0);  // the file's own space is reserved already
  }

  BlobStore& store_;
  Session& session_;
  RateCap& cap_;
  std::uint32_t connections_;
  const FileRef& file_;
  const BlobProgress& progress_;
  std::chrono::steady_clock::time_point space_checked_ = std::chrono::steady_clock::now();
};

/// What an earlier run left, as far as it can be trusted.
Journal resume(const BlobStore& store, const FileRef& file, const std::string& name) {
  const Journal fresh{file.digest, file.bytes, name, {}, {}, {}};
  auto journal = read_journal(store.journal_path(file.digest));
  if (!journal || journal->digest != file.digest || journal->size != file.bytes) return fresh;
  std::error_code error;
  const auto size = std::filesystem::file_size(store.part_path(file.digest), error);
  const auto ranges = journal->have.all();
  if (error || (!ranges.empty() && ranges.back().end > size)) return fresh;
  journal->name = name;
  return std::move(*journal);
}

}  // namespace

Result<void> download_blob(BlobStore& store, Session& session, RateCap& cap, std::uint32_t connections,
                           const FileRef& file, const std::string& name, const BlobProgress& progress) {
  Try attempt(store, session, cap, connections, file, progress);
  auto journal = resume(store, file, name);
  const auto kept = journal.have.bytes();
  spdlog::info("downloading {} for {}: {} of {} bytes are here", file.digest, name, kept, file.bytes);
  auto done = attempt.run(std::move(journal), kept == 0);
  const auto wrong = [](const Result<void>& result) {
    return !result && (result.error().code == Errc::corrupt || result.error().code == Errc::conflict);
  };
  if (!wrong(done)) return done;

  spdlog::warn("{} starts once more: {}", file.digest, done.error().what);
  store.discard(file.digest);
  done = attempt.run({file.digest, file.bytes, name, {}, {}, {}}, true);
  if (wrong(done)) store.discard(file.digest);
  return done;
}

}  // namespace localscale::mesh::fetcher
