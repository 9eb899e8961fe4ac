#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/database.hpp"
#include "store/unix_clock.hpp"

namespace localscale::store {

/// A browser that somebody signed in to the page with.
struct Session {
  std::int64_t id = 0;
  std::string person;  ///< Whose things it reads and changes.
  std::int64_t expires_unix_s = 0;
};

/// A session that has just begun. Its two halves are shown once: only their hashes are kept.
struct NewSession {
  Session session;
  std::string cookie;  ///< 64 hexadecimal digits.
  std::string csrf;    ///< The same, another number.
};

/// A link that signs in once.
struct SignInToken {
  std::string secret;               ///< 64 hexadecimal digits, shown once.
  std::int64_t expires_unix_s = 0;  ///< 0: the home's first one, which is good until anybody signs in.
};

inline constexpr std::size_t sessions_max = 100;       ///< The one that is unused for longest makes room.
inline constexpr std::size_t sign_in_tokens_max = 20;  ///< The one that ends first makes room.
inline constexpr std::int64_t session_lasts_s = 30LL * 24 * 3600;  ///< From its last use.
inline constexpr std::int64_t session_use_step_s = 3600;           ///< The last use is written no more often.
inline constexpr std::int64_t sign_in_token_lasts_s = 600;

/// Who is signed in, and what they may sign in with. Wrong proofs fail with `denied`, in the same words
/// whatever is wrong. One thread.
class SessionStore {
 public:
  virtual ~SessionStore() = default;

  virtual Result<SignInToken> make_token(std::string_view person) = 0;
  /// The token is gone afterwards.
  virtual Result<NewSession> enter_by_token(std::string_view token) = 0;
  /// For who has shown the password that `hash`, as password_hash gave it, belongs to. `denied` where the
  /// person has another one by now.
  virtual Result<NewSession> enter_by_password(std::string_view person, std::string_view hash) = 0;
  /// For a key that KeyStore has verified; its session ends when the key is revoked.
  virtual Result<NewSession> enter_by_key(std::string_view person, std::string_view key_id) = 0;

  /// The session that both halves belong to; counts as its use.
  virtual Result<Session> find(std::string_view cookie, std::string_view csrf) = 0;
  /// False once it has ended or is over; asking does not count as its use.
  [[nodiscard]] virtual Result<bool> is_open(std::int64_t id) = 0;
  virtual Result<void> end(std::int64_t id) = 0;

  /// What the person's password is compared with (password_matches, which takes its time and so is not done
  /// here); empty where there is none.
  [[nodiscard]] virtual Result<std::string> password_hash(std::string_view person) = 0;
  /// `hash`: of hash_password. Ends the person's other sessions: who had the old password is out.
  virtual Result<void> set_password(std::string_view person, std::string_view hash,
                                    std::int64_t kept_session) = 0;
};

/// The sessions in the home's database, which outlives the store.
Result<std::unique_ptr<SessionStore>> open_session_store(Database& database, UnixClock clock = unix_now);

}  // namespace localscale::store
