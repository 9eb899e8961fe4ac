#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "mesh/fetcher/cancel.hpp"
#include "mesh/fetcher/journal.hpp"
#include "mesh/fetcher/part_file.hpp"

namespace localscale::mesh::fetcher {

/// Received bytes on their way to disk. Move-only.
struct Chunk {
  static constexpr std::size_t capacity = 1U << 20;

  std::unique_ptr<std::byte[]> data;
  std::uint64_t offset = 0;
  std::size_t size = 0;

  [[nodiscard]] std::span<const std::byte> bytes() const { return {data.get(), size}; }
};

/// Where the bytes of one download go: the part file, its digest and its journal. The downloading thread only
/// hands chunks over, so that it can go on receiving. Three threads do the rest: one writes; one computes the
/// digest along the front of the file, straight from the written chunks where they come in order and from the
/// file where they do not; one syncs and journals what was written.
class BlobSink {
 public:
  /// `journal.have` must lie in `part` already.
  BlobSink(PartFile part, Journal journal, std::filesystem::path journal_path);
  /// Writes what was put and stops the threads; it stays, journalled as far as `keep` was called.
  ~BlobSink();
  BlobSink(const BlobSink&) = delete;
  BlobSink& operator=(const BlobSink&) = delete;

  /// An empty chunk for bytes from `offset` on.
  Chunk take_chunk(std::uint64_t offset);
  /// Hands a chunk to the writer; waits while the disk is far behind. Fails with what `failure` gives.
  Result<void> put(Chunk chunk);
  /// Who serves the bytes: kept in the journal.
  void set_source(const std::string& host, const std::string& etag);

  [[nodiscard]] RangeSet written() const;
  [[nodiscard]] std::uint64_t written_bytes() const { return written_bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The first failure of a background thread, if any.
  [[nodiscard]] std::optional<Error> failure() const;

  /// After everything was put: waits for the disk and for the digest, calling `tick` about five times a
  /// second. Gives "sha256:…".
  Result<std::string> finish(const Cancel& cancel, const std::function<void()>& tick);
  /// Syncs and journals all that was written, and gives unused space back: for a pull that is resumed later.
  void keep();

 private:
  void write_loop();
  void digest_loop();
  void checkpoint_loop();
  Result<void> checkpoint();
  void note_failure(const Error& error);
  void stop();
  void add_written(Chunk chunk);
  /// Waits for `reached` (under the lock) or a failure.
  Result<void> await(const std::function<bool()>& reached, const Cancel& cancel,
                     const std::function<void()>& tick);

  const PartFile part_;
  const std::filesystem::path journal_path_;
  const std::uint64_t size_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Journal journal_;  ///< `have` = what the last written journal claims.
  std::deque<Chunk> unwritten_;
  RangeSet written_;
  std::deque<Chunk> in_order_;  ///< Continues where the digest is.
  std::uint64_t claimed_ = 0;   ///< The digest has, or will get from in_order_, everything before this.
  std::vector<std::unique_ptr<std::byte[]>> spare_;
  std::optional<Error> failure_;
  std::optional<std::string> digest_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> written_bytes_ = 0;

  std::thread writer_;
  std::thread digester_;
  std::thread checkpointer_;
};

}  // namespace localscale::mesh::fetcher
