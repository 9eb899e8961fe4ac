#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "mesh/fetcher/file_ref.hpp"

namespace localscale::mesh::fetcher {

/// How far the download of one blob is, for pulls that wait for another pull's download of it.
struct LiveBlob {
  std::atomic<std::uint64_t> completed_bytes = 0;
};

/// The folders of complete and unfinished files, and who in this process downloads which blob. Thread-safe.
class BlobStore {
 public:
  BlobStore(std::filesystem::path blobs, std::filesystem::path incoming, std::uint64_t keep_free_bytes)
      : blobs_(std::move(blobs)), incoming_(std::move(incoming)), keep_free_bytes_(keep_free_bytes) {}

  /// Creates the folders where missing and removes unfinished files that no valid journal describes.
  Result<void> prepare() const;

  /// The complete file is there, with that size.
  [[nodiscard]] bool has(const FileRef& file) const;
  [[nodiscard]] std::filesystem::path part_path(std::string_view digest) const;
  [[nodiscard]] std::filesystem::path journal_path(std::string_view digest) const;
  /// Moves a verified part file into blobs/, durably. Its journal stays until the whole model is there: it is
  /// what tells a file that no model has from one that a model has.
  [[nodiscard]] Result<void> publish(std::string_view digest) const;
  /// A model has these files now: drops their journals, durably, so that nothing here removes the files.
  [[nodiscard]] Result<void> settle(const std::vector<FileRef>& files) const;
  /// A pull goes on with this finished file.
  void renew(std::string_view digest) const;
  /// Drops the files of unfinished pulls, not being downloaded now, that no pull went on with for `age`.
  void remove_abandoned(std::chrono::seconds age);
  /// Drops what unfinished pulls of this model name left, save what is being downloaded now.
  void discard_name(std::string_view name);
  /// The model names that unfinished pulls are for.
  [[nodiscard]] std::set<std::string> unfinished_names() const;
  /// Drops an unfinished file.
  void discard(std::string_view digest) const;

  /// What an unfinished download of this blob left, in bytes.
  [[nodiscard]] std::uint64_t kept_bytes(std::string_view digest) const;
  struct Kept {
    std::uint64_t have_bytes = 0;
    std::uint64_t total_bytes = 0;
  };
  /// What unfinished pulls of this model name left.
  [[nodiscard]] Kept kept_for(std::string_view name) const;

  /// Fails with exhausted, with the numbers, if `needed` more bytes would leave less free than the config
  /// wants.
  [[nodiscard]] Result<void> check_space(std::uint64_t needed) const;

  /// One pull's right to download a blob; others wait. Given back when destroyed.
  class Claim {
   public:
    Claim(BlobStore& store, std::string digest, std::shared_ptr<LiveBlob> live)
        : store_(store), digest_(std::move(digest)), live_(std::move(live)) {}
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    [[nodiscard]] LiveBlob& live() const { return *live_; }

   private:
    BlobStore& store_;
    std::string digest_;
    std::shared_ptr<LiveBlob> live_;
  };
  /// Null if another pull downloads it now; `other` is then set to its progress.
  std::unique_ptr<Claim> claim(const std::string& digest, std::shared_ptr<LiveBlob>& other);

 private:
  /// Drops an unfinished file, or a finished one of an unfinished pull.
  void discard_all(std::string_view digest) const;

  std::filesystem::path blobs_;
  std::filesystem::path incoming_;
  std::uint64_t keep_free_bytes_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<LiveBlob>> live_;
};

}  // namespace localscale::mesh::fetcher
