#include "store/key_store.hpp"

#include <cstddef>
#include <map>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>

#include "base/printable.hpp"
#include "store/guarded.hpp"
#include "store/secret.hpp"
#include "store/unix_clock.hpp"

namespace localscale::store {
namespace {

constexpr std::size_t id_digits = 12;
constexpr std::size_t secret_digits = 64;
constexpr std::string_view prefix = "ls-";
constexpr std::size_t name_bytes_max = 80;
constexpr std::int64_t last_used_step_s = 60;

struct StoredKey {
  ApiKey key;
  SecretHash salt{};
  SecretHash hash{};
};

Result<void> check(const KeyWish& wish) {
  if (wish.name.empty() || wish.name.size() > name_bytes_max) {
    return fail(Errc::invalid_argument, "\"name\" must have 1 to 80 bytes.");
  }
  if (!is_printable_utf8(wish.name)) {
    return fail(Errc::invalid_argument,
                "\"name\" must be plain text without line breaks and other control characters.");
  }
  if (wish.requests_per_minute == 0 || wish.requests_per_minute > 60'000) {
    return fail(Errc::invalid_argument, "\"requests_per_minute\" must be from 1 to 60000.");
  }
  if (wish.max_concurrent == 0 || wish.max_concurrent > 1000) {
    return fail(Errc::invalid_argument, "\"max_concurrent\" must be from 1 to 1000.");
  }
  return {};
}

class SqliteKeyStore final : public KeyStore {
 public:
  explicit SqliteKeyStore(Database& database) : database_(database) {}

  Result<void> read() {
    return guarded("Reading the API keys", [this] {
      SQLite::Statement rows(
          database_.sqlite(),
          "SELECT id, name, salt, hash, created_unix_s, last_used_unix_s, requests_per_minute, "
          "max_concurrent, may_sign_in FROM api_keys");
      while (rows.executeStep()) {
        StoredKey stored;
        stored.key = {rows.getColumn(0).getString(),  rows.getColumn(1).getString(),
                      rows.getColumn(4).getInt64(),   rows.getColumn(5).getInt64(),
                      rows.getColumn(6).getUInt(),    rows.getColumn(7).getUInt(),
                      rows.getColumn(8).getInt() != 0};
        stored.salt = hash_column(rows.getColumn(2));
        stored.hash = hash_column(rows.getColumn(3));
        keys_.emplace(stored.key.id, std::move(stored));
      }
    });
  }

  Result<NewApiKey> create(const KeyWish& wish) override {
    if (auto fine = check(wish); !fine) return tl::unexpected(fine.error());
    if (keys_.size() >= keys_max)
      return fail(Errc::exhausted, "This home already has 1000 keys.", "Revoke one first.");
    if (find(wish.name) != keys_.end()) {
      return fail(Errc::conflict, "There is already a key named \"" + wish.name + "\".",
                  "Choose another name.");
    }
    StoredKey stored;
    stored.key = {random_hex(id_digits),    wish.name,           unix_now(),      0,
                  wish.requests_per_minute, wish.max_concurrent, wish.may_sign_in};
    const std::string secret = std::string(prefix) + stored.key.id + "-" + random_hex(secret_digits);
    randombytes_buf(stored.salt.data(), stored.salt.size());
    stored.hash = hash_of(secret, stored.salt);
    if (auto saved = insert(stored); !saved) return tl::unexpected(saved.error());
    NewApiKey made{stored.key, secret};
    keys_.emplace(stored.key.id, std::move(stored));
    return made;
  }

  Result<std::vector<ApiKey>> list() override {
    std::vector<ApiKey> all;
    for (const auto& [id, stored] : keys_) all.push_back(stored.key);
    return all;
  }

  [[nodiscard]] bool has(std::string_view id) const override { return keys_.contains(id); }

  Result<void> revoke(std::string_view id_or_name) override {
    const auto found = find(id_or_name);
    if (found == keys_.end()) {
      return fail(Errc::not_found,
                  "There is no key \"" + std::string(id_or_name.substr(0, name_bytes_max)) + "\".");
    }
    auto removed = guarded("Revoking the API key", [&] {
      SQLite::Statement statement(database_.sqlite(), "DELETE FROM api_keys WHERE id = ?");
      statement.bind(1, found->first);
      statement.exec();
    });
    if (removed) keys_.erase(found);
    return removed;
  }

  Result<ApiKey> verify(std::string_view secret) override {
    const bool shaped =
        secret.size() == prefix.size() + id_digits + 1 + secret_digits && secret.starts_with(prefix);
    const auto found =
        shaped ? keys_.find(std::string(secret.substr(prefix.size(), id_digits))) : keys_.end();
    // An unknown id costs the same hash as a known one.
    static const StoredKey nobody;
    const StoredKey& candidate = found == keys_.end() ? nobody : found->second;
    const bool right = same(hash_of(secret, candidate.salt), candidate.hash);
    if (!right || found == keys_.end()) return fail(Errc::denied, "This API key is not valid.");
    note_use(found->second);
    return found->second.key;
  }

 private:
  using Keys = std::map<std::string, StoredKey, std::less<>>;

  Keys::iterator find(std::string_view id_or_name) {
    if (const auto by_id = keys_.find(id_or_name); by_id != keys_.end()) return by_id;
    for (auto entry = keys_.begin(); entry != keys_.end(); ++entry) {
      if (entry->second.key.name == id_or_name) return entry;
    }
    return keys_.end();
  }

  Result<void> insert(const StoredKey& stored) {
    return guarded("Saving the API key", [&] {
      SQLite::Statement statement(
          database_.sqlite(),
          "INSERT INTO api_keys (id, name, salt, hash, created_unix_s, requests_per_minute, max_concurrent, "
          "may_sign_in) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
      statement.bind(1, stored.key.id);
      statement.bind(2, stored.key.name);
      statement.bind(3, stored.salt.data(), static_cast<int>(stored.salt.size()));
      statement.bind(4, stored.hash.data(), static_cast<int>(stored.hash.size()));
      statement.bind(5, stored.key.created_unix_s);
      statement.bind(6, stored.key.requests_per_minute);
      statement.bind(7, stored.key.max_concurrent);
      statement.bind(8, stored.key.may_sign_in ? 1 : 0);
      statement.exec();
    });
  }

  /// Only for the owner's eyes: that it could not be written must not turn a device away.
  void note_use(StoredKey& stored) {
    const std::int64_t now = unix_now();
    if (now - stored.key.last_used_unix_s < last_used_step_s) return;
    stored.key.last_used_unix_s = now;
    const auto noted = guarded("Noting the use of an API key", [&] {
      SQLite::Statement statement(database_.sqlite(),
                                  "UPDATE api_keys SET last_used_unix_s = ? WHERE id = ?");
      statement.bind(1, now);
      statement.bind(2, stored.key.id);
      statement.exec();
    });
    static_cast<void>(noted);
  }

  Database& database_;
  Keys keys_;
};

}  // namespace

Result<std::unique_ptr<KeyStore>> open_key_store(Database& database) {
  if (sodium_init() < 0) return fail(Errc::internal, "The cryptography library could not start.");
  auto store = std::make_unique<SqliteKeyStore>(database);
  if (auto read = store->read(); !read) return tl::unexpected(read.error());
  return store;
}

}  // namespace localscale::store
