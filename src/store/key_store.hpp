#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "store/database.hpp"

namespace localscale::store {

/// A device's right to use this home over the LAN. Its secret is never kept, only a salted hash.
struct ApiKey {
  std::string id;    ///< 12 hexadecimal digits; part of the secret, so that a lookup needs no scan.
  std::string name;  ///< The owner's words: "tablet in the kitchen".
  std::int64_t created_unix_s = 0;
  std::int64_t last_used_unix_s = 0;  ///< 0: never. Written at most once a minute.
  std::uint32_t requests_per_minute = 120;
  std::uint32_t max_concurrent = 8;
  bool may_sign_in = false;  ///< Opens the page too, with all of the owner's rights.
};

struct NewApiKey {
  ApiKey key;
  std::string secret;  ///< "ls-ID-64 hexadecimal digits": shown once.
};

/// What the owner decides about a new key.
struct KeyWish {
  std::string name;                         ///< 1–80 bytes of printable UTF-8, unique among the keys.
  std::uint32_t requests_per_minute = 120;  ///< 1–60000
  std::uint32_t max_concurrent = 8;         ///< 1–1000
  bool may_sign_in = false;
};

/// The API keys of this home. One thread.
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  virtual Result<NewApiKey> create(const KeyWish& wish) = 0;
  [[nodiscard]] virtual Result<std::vector<ApiKey>> list() = 0;
  /// True for the id of a key that was not revoked.
  [[nodiscard]] virtual bool has(std::string_view id) const = 0;
  /// Deletes the key named by its id or name, and the sessions that it opened.
  virtual Result<void> revoke(std::string_view id_or_name) = 0;
  /// The key that `secret` belongs to; denied for anything else, in the same words whatever is wrong.
  virtual Result<ApiKey> verify(std::string_view secret) = 0;
};

/// The keys in the home's database; at most keys_max of them. Reads them all once and keeps them in memory,
/// so that verifying costs no query. Fails if the table cannot be read. `database` outlives the store.
inline constexpr std::size_t keys_max = 1000;
Result<std::unique_ptr<KeyStore>> open_key_store(Database& database);

}  // namespace localscale::store
