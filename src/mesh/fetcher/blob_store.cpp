#include "mesh/fetcher/blob_store.hpp"

#include <cerrno>
#include <system_error>
#include <vector>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "mesh/fetcher/digest.hpp"
#include "mesh/fetcher/journal.hpp"
#include "mesh/fetcher/part_file.hpp"

namespace localscale::mesh::fetcher {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view part_suffix = ".part";
constexpr std::string_view journal_suffix = ".journal";
constexpr std::string_view new_suffix = ".new";

Result<void> make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail_errno("create the folder " + path.string(), error.value());
  return {};
}

std::vector<fs::path> entries(const fs::path& directory, std::string_view suffix) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().ends_with(suffix)) out.push_back(at->path());
  }
  return out;
}

}  // namespace

Result<void> BlobStore::prepare() const {
  if (auto made = make_directory(blobs_); !made) return made;
  if (auto made = make_directory(incoming_); !made) return made;
  std::error_code ignored;
  for (const auto& part : entries(incoming_, part_suffix)) {
    auto journal = part;
    if (!read_journal(journal.replace_extension(journal_suffix))) {
      fs::remove(part, ignored);
      fs::remove(journal, ignored);
    }
  }
  for (const auto& journal : entries(incoming_, journal_suffix)) {
    auto part = journal;
    if (fs::exists(part.replace_extension(part_suffix), ignored)) continue;
    const auto finished = read_journal(journal);
    if (!finished || !has({Role::other, finished->digest, finished->size, {}})) fs::remove(journal, ignored);
  }
  for (const auto& unwritten : entries(incoming_, new_suffix)) fs::remove(unwritten, ignored);
  return {};
}

bool BlobStore::has(const FileRef& file) const {
  struct stat status{};
  const auto path = blobs_ / blob_file_name(file.digest);
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         static_cast<std::uint64_t>(status.st_size) == file.bytes;
}

fs::path BlobStore::part_path(std::string_view digest) const {
  return incoming_ / (blob_file_name(digest) + std::string(part_suffix));
}

fs::path BlobStore::journal_path(std::string_view digest) const {
  return incoming_ / (blob_file_name(digest) + std::string(journal_suffix));
}

Result<void> BlobStore::publish(std::string_view digest) const {
  const auto from = part_path(digest);
  const auto to = blobs_ / blob_file_name(digest);
  // A damaged blob is put right for the model that has it: it is not this pull's alone.
  struct stat before{};
  const bool had = ::lstat(to.c_str(), &before) == 0;
  LS_FAULT("fetcher.before_rename");
  if (::rename(from.c_str(), to.c_str()) != 0) return fail_errno("rename " + from.string(), errno);
  if (auto synced = sync_directory(blobs_); !synced) return synced;
  LS_FAULT("fetcher.after_rename");
  return had ? settle({{Role::other, std::string(digest), 0, {}}}) : Result<void>();
}

Result<void> BlobStore::settle(const std::vector<FileRef>& files) const {
  bool any = false;
  for (const auto& file : files) {
    std::error_code error;
    any |= fs::remove(journal_path(file.digest), error);
    if (error) return fail_errno("remove " + journal_path(file.digest).string(), error.value());
  }
  return any ? sync_directory(incoming_) : Result<void>();
}

void BlobStore::renew(std::string_view digest) const {
  std::error_code none_there;
  fs::last_write_time(journal_path(digest), fs::file_time_type::clock::now(), none_there);
}

void BlobStore::discard(std::string_view digest) const {
  std::error_code ignored;
  fs::remove(journal_path(digest), ignored);
  fs::remove(part_path(digest), ignored);
}

void BlobStore::discard_all(std::string_view digest) const {
  std::error_code ignored;
  fs::remove(blobs_ / blob_file_name(digest), ignored);
  discard(digest);
}

void BlobStore::remove_abandoned(std::chrono::seconds age) {
  for (const auto& path : entries(incoming_, journal_suffix)) {
    std::error_code error;
    // Every pull that goes on with a file writes its journal anew.
    const auto changed = fs::last_write_time(path, error);
    if (error || fs::file_time_type::clock::now() - changed < age) continue;
    const auto journal = read_journal(path);
    std::shared_ptr<LiveBlob> other;
    const auto claimed = journal ? claim(journal->digest, other) : nullptr;
    if (!claimed) continue;
    discard_all(journal->digest);
    spdlog::info("removed an unfinished download for {} that nobody went on with: {} of {}", journal->name,
                 human_bytes(journal->have.bytes()), human_bytes(journal->size));
  }
}

void BlobStore::discard_name(std::string_view name) {
  for (const auto& path : entries(incoming_, journal_suffix)) {
    const auto journal = read_journal(path);
    std::shared_ptr<LiveBlob> other;
    if (!journal || journal->name != name) continue;
    if (const auto claimed = claim(journal->digest, other)) discard_all(journal->digest);
  }
}

std::set<std::string> BlobStore::unfinished_names() const {
  std::set<std::string> names;
  for (const auto& path : entries(incoming_, journal_suffix)) {
    if (const auto journal = read_journal(path); journal && !journal->name.empty())
      names.insert(journal->name);
  }
  return names;
}

std::uint64_t BlobStore::kept_bytes(std::string_view digest) const {
  const auto journal = read_journal(journal_path(digest));
  return journal ? journal->have.bytes() : 0;
}

BlobStore::Kept BlobStore::kept_for(std::string_view name) const {
  Kept kept;
  for (const auto& path : entries(incoming_, journal_suffix)) {
    const auto journal = read_journal(path);
    if (!journal || journal->name != name) continue;
    const bool finished = has({Role::other, journal->digest, journal->size, {}});
    kept.have_bytes += finished ? journal->size : journal->have.bytes();
    kept.total_bytes += journal->size;
  }
  return kept;
}

Result<void> BlobStore::check_space(std::uint64_t needed) const {
  const auto available = free_bytes(incoming_);
  if (!available) return tl::unexpected(available.error());
  if (*available >= keep_free_bytes_ && *available - keep_free_bytes_ >= needed) return {};
  return fail(Errc::exhausted,
              "Not enough disk space: " + human_bytes(needed) + " more are needed, " +
                  human_bytes(*available) + " are free, and " + human_bytes(keep_free_bytes_) +
                  " of them stay free.",
              "Free some space, or lower keep_free_bytes under [fetcher] in the config.");
}

BlobStore::Claim::~Claim() {
  const std::lock_guard lock(store_.mutex_);
  store_.live_.erase(digest_);
}

std::unique_ptr<BlobStore::Claim> BlobStore::claim(const std::string& digest,
                                                   std::shared_ptr<LiveBlob>& other) {
  const std::lock_guard lock(mutex_);
  const auto [at, fresh] = live_.try_emplace(digest);
  if (!fresh) {
    other = at->second;
    return nullptr;
  }
  at->second = std::make_shared<LiveBlob>();
  return std::make_unique<Claim>(*this, digest, at->second);
}

}  // namespace localscale::mesh::fetcher
