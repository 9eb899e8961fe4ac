#include "mesh/fetcher/blob_sink.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "mesh/fetcher/digest.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::size_t max_queued_chunks = 24;
constexpr std::uint64_t checkpoint_bytes = 64ULL << 20;
constexpr std::chrono::milliseconds checkpoint_pause{100};
constexpr std::chrono::milliseconds checkpoint_interval{500};
constexpr std::chrono::milliseconds finish_tick{200};

}  // namespace

BlobSink::BlobSink(PartFile part, Journal journal, std::filesystem::path journal_path)
    : part_(std::move(part)),
      journal_path_(std::move(journal_path)),
      size_(journal.size),
      journal_(std::move(journal)),
      written_(journal_.have),
      written_bytes_(written_.bytes()),
      writer_([this] { write_loop(); }),
      digester_([this] { digest_loop(); }),
      checkpointer_([this] { checkpoint_loop(); }) {}

BlobSink::~BlobSink() {
  stop();
}

void BlobSink::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
  if (digester_.joinable()) digester_.join();
  if (checkpointer_.joinable()) checkpointer_.join();
}

Chunk BlobSink::take_chunk(std::uint64_t offset) {
  Chunk chunk;
  chunk.offset = offset;
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) {
    chunk.data = std::make_unique_for_overwrite<std::byte[]>(Chunk::capacity);
  } else {
    chunk.data = std::move(spare_.back());
    spare_.pop_back();
  }
  return chunk;
}

Result<void> BlobSink::put(Chunk chunk) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return unwritten_.size() < max_queued_chunks || failure_; });
  if (failure_) return tl::unexpected(*failure_);
  if (chunk.size == 0) {
    spare_.push_back(std::move(chunk.data));
    return {};
  }
  unwritten_.push_back(std::move(chunk));
  lock.unlock();
  changed_.notify_all();
  return {};
}

/// The lock must be held.
void BlobSink::add_written(Chunk chunk) {
  written_.add({chunk.offset, chunk.offset + chunk.size});
  written_bytes_.store(written_.bytes(), std::memory_order_relaxed);
  if (chunk.offset == claimed_ && in_order_.size() < max_queued_chunks) {
    claimed_ += chunk.size;
    in_order_.push_back(std::move(chunk));
  } else {
    spare_.push_back(std::move(chunk.data));
  }
}

void BlobSink::write_loop() {
  std::unique_lock lock(mutex_);
  while (!failure_) {
    if (unwritten_.empty()) {
      if (stopping_) return;
      changed_.wait(lock);
      continue;
    }
    // Stays in the queue until it is written: finish() waits for that.
    const auto& chunk = unwritten_.front();
    lock.unlock();
    if (auto written = part_.write(chunk.offset, chunk.bytes()); !written)
      return note_failure(written.error());
    lock.lock();
    auto done = std::move(unwritten_.front());
    unwritten_.pop_front();
    add_written(std::move(done));
    changed_.notify_all();
  }
}

void BlobSink::set_source(const std::string& host, const std::string& etag) {
  const std::lock_guard lock(mutex_);
  journal_.source = host;
  journal_.etag = etag;
}

RangeSet BlobSink::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

std::optional<Error> BlobSink::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void BlobSink::note_failure(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
  }
  changed_.notify_all();
}

void BlobSink::digest_loop() {
  crypto::Sha256 hash;
  std::vector<std::byte> from_disk;
  std::unique_lock lock(mutex_);
  while (!stopping_ && !failure_) {
    if (!in_order_.empty()) {
      auto chunk = std::move(in_order_.front());
      in_order_.pop_front();
      lock.unlock();
      hash.update(chunk.bytes());
      lock.lock();
      spare_.push_back(std::move(chunk.data));
    } else if (const auto end = written_.run_end(claimed_); end > claimed_) {
      const auto offset = claimed_;
      from_disk.resize(std::min<std::uint64_t>(end - offset, Chunk::capacity));
      claimed_ += from_disk.size();
      lock.unlock();
      if (auto read = part_.read(offset, from_disk); !read) note_failure(read.error());
      hash.update(from_disk);
      lock.lock();
    } else if (claimed_ == size_) {
      digest_ = digest_text(hash.digest());
      changed_.notify_all();
      return;
    } else {
      changed_.wait(lock);
    }
  }
}

void BlobSink::checkpoint_loop() {
  auto last = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_ && !failure_) {
    changed_.wait_for(lock, checkpoint_pause, [this] { return stopping_ || failure_; });
    const auto fresh = written_.bytes() - std::min(written_.bytes(), journal_.have.bytes());
    const auto now = std::chrono::steady_clock::now();
    if (stopping_ || fresh == 0 || (fresh < checkpoint_bytes && now - last < checkpoint_interval)) continue;
    lock.unlock();
    if (auto done = checkpoint(); !done) note_failure(done.error());
    last = now;
    lock.lock();
  }
}

Result<void> BlobSink::checkpoint() {
  std::unique_lock lock(mutex_);
  auto claim = journal_;
  claim.have = written_;
  lock.unlock();
  // Only what was written before the sync may be claimed after it.
  if (auto synced = part_.sync(); !synced) return synced;
  if (auto written = write_journal(journal_path_, claim); !written) return written;
  lock.lock();
  journal_.have = std::move(claim.have);
  return {};
}

Result<void> BlobSink::await(const std::function<bool()>& reached, const Cancel& cancel,
                             const std::function<void()>& tick) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, finish_tick, [&] { return reached() || failure_; })) {
    if (cancel.requested())
      return fail(Errc::cancelled, "The pull was cancelled.", "Run the same pull again to resume.");
    lock.unlock();
    tick();
    lock.lock();
  }
  if (failure_) return tl::unexpected(*failure_);
  return {};
}

Result<std::string> BlobSink::finish(const Cancel& cancel, const std::function<void()>& tick) {
  if (auto all = await([this] { return unwritten_.empty(); }, cancel, tick); !all)
    return tl::unexpected(all.error());
  // The disk catches up while the digest does.
  const auto synced = part_.sync();
  if (auto digested = await([this] { return digest_.has_value(); }, cancel, tick); !digested)
    return tl::unexpected(digested.error());
  if (!synced) return tl::unexpected(synced.error());
  stop();
  return *digest_;
}

void BlobSink::keep() {
  stop();
  std::uint64_t end = 0;
  for (const auto& range : written_.all()) end = range.end;
  part_.trim(end);
  if (end > 0) static_cast<void>(checkpoint());
}

}  // namespace localscale::mesh::fetcher
