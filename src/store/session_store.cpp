#include "store/session_store.hpp"

#include <optional>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>

#include "store/guarded.hpp"
#include "store/secret.hpp"

namespace localscale::store {
namespace {

constexpr std::size_t secret_digits = 64;

tl::unexpected<Error> signed_out() {
  return fail(Errc::denied, "This session is not valid, or is over.");
}

tl::unexpected<Error> wrong_proof() {
  return fail(Errc::denied, "This does not sign in here.");
}

void bind_hash(SQLite::Statement& statement, int index, const SecretHash& hash) {
  statement.bind(index, hash.data(), static_cast<int>(hash.size()));
}

/// What a session begins with.
struct Entry {
  std::string person;
  std::optional<std::string> key_id;
};

class SqliteSessionStore final : public SessionStore {
 public:
  SqliteSessionStore(Database& database, UnixClock clock) : database_(database), clock_(std::move(clock)) {}

  Result<SignInToken> make_token(std::string_view person) override {
    return guarded("Saving the sign-in link", [&] {
      SQLite::Transaction transaction(database_.sqlite());
      const std::int64_t now = clock_();
      make_room_for_token(now);
      SignInToken token{random_hex(secret_digits), is_first() ? 0 : now + sign_in_token_lasts_s};
      SQLite::Statement insert(database_.sqlite(),
                               "INSERT INTO sign_in_tokens (hash, person, expires_unix_s) VALUES (?, ?, ?)");
      bind_hash(insert, 1, hash_of(token.secret));
      insert.bind(2, std::string(person));
      if (token.expires_unix_s != 0) insert.bind(3, token.expires_unix_s);
      insert.exec();
      transaction.commit();
      return token;
    });
  }

  Result<NewSession> enter_by_token(std::string_view token) override {
    if (token.size() != secret_digits) return wrong_proof();
    return guarded("Signing in", [&]() -> Result<NewSession> {
      SQLite::Transaction transaction(database_.sqlite());
      SQLite::Statement take(
          database_.sqlite(),
          "DELETE FROM sign_in_tokens WHERE hash = ? AND coalesce(expires_unix_s, ?2 + 1) > ?2 "
          "RETURNING person");
      bind_hash(take, 1, hash_of(token));
      take.bind(2, clock_());
      if (!take.executeStep()) return wrong_proof();
      const Entry entry{take.getColumn(0).getString(), std::nullopt};
      take.reset();
      NewSession made = begin(entry);
      transaction.commit();
      return made;
    });
  }

  Result<NewSession> enter_by_password(std::string_view person, std::string_view hash) override {
    const auto kept = password_hash(person);
    if (!kept) return tl::unexpected(kept.error());
    if (kept->empty() || *kept != hash) return wrong_proof();
    return enter({std::string(person), std::nullopt});
  }

  Result<NewSession> enter_by_key(std::string_view person, std::string_view key_id) override {
    return enter({std::string(person), std::string(key_id)});
  }

  Result<Session> find(std::string_view cookie, std::string_view csrf) override {
    if (cookie.size() != secret_digits || csrf.size() != secret_digits) return signed_out();
    return guarded("Looking up the session", [&]() -> Result<Session> {
      SQLite::Statement row(
          database_.sqlite(),
          "SELECT id, person, csrf_hash, last_used_unix_s FROM sessions WHERE cookie_hash = ?");
      bind_hash(row, 1, hash_of(cookie));
      if (!row.executeStep()) return signed_out();
      if (!same(hash_column(row.getColumn(2)), hash_of(csrf))) return signed_out();
      const std::int64_t now = clock_();
      const std::int64_t last_used = row.getColumn(3).getInt64();
      if (now - last_used >= session_lasts_s) return signed_out();
      Session session{row.getColumn(0).getInt64(), row.getColumn(1).getString(), last_used + session_lasts_s};
      row.reset();
      if (now - last_used >= session_use_step_s) note_use(session, now);
      return session;
    });
  }

  Result<bool> is_open(std::int64_t id) override {
    return guarded("Looking whether a session is over", [&] {
      SQLite::Statement row(database_.sqlite(), "SELECT last_used_unix_s FROM sessions WHERE id = ?");
      row.bind(1, id);
      return row.executeStep() && clock_() - row.getColumn(0).getInt64() < session_lasts_s;
    });
  }

  Result<void> end(std::int64_t id) override {
    return guarded("Ending the session", [&] {
      SQLite::Statement statement(database_.sqlite(), "DELETE FROM sessions WHERE id = ?");
      statement.bind(1, id);
      statement.exec();
    });
  }

  Result<std::string> password_hash(std::string_view person) override {
    return guarded("Reading the password's hash", [&] {
      SQLite::Statement row(database_.sqlite(), "SELECT hash FROM passwords WHERE person = ?");
      row.bind(1, std::string(person));
      return row.executeStep() ? row.getColumn(0).getString() : std::string();
    });
  }

  Result<void> set_password(std::string_view person, std::string_view hash,
                            std::int64_t kept_session) override {
    return guarded("Saving the password", [&] {
      SQLite::Transaction transaction(database_.sqlite());
      SQLite::Statement save(database_.sqlite(),
                             "INSERT OR REPLACE INTO passwords (person, hash) VALUES (?, ?)");
      save.bind(1, std::string(person));
      save.bind(2, std::string(hash));
      save.exec();
      SQLite::Statement end_others(database_.sqlite(), "DELETE FROM sessions WHERE person = ? AND id <> ?");
      end_others.bind(1, std::string(person));
      end_others.bind(2, kept_session);
      end_others.exec();
      transaction.commit();
    });
  }

 private:
  Result<NewSession> enter(const Entry& entry) {
    return guarded("Signing in", [&] {
      SQLite::Transaction transaction(database_.sqlite());
      NewSession made = begin(entry);
      transaction.commit();
      return made;
    });
  }

  /// Inside a transaction.
  NewSession begin(const Entry& entry) {
    const std::int64_t now = clock_();
    make_room_for_session(now);
    NewSession made{
        {0, entry.person, now + session_lasts_s}, random_hex(secret_digits), random_hex(secret_digits)};
    SQLite::Statement insert(database_.sqlite(),
                             "INSERT INTO sessions (person, cookie_hash, csrf_hash, key_id, created_unix_s, "
                             "last_used_unix_s) VALUES (?, ?, ?, ?, ?5, ?5)");
    insert.bind(1, entry.person);
    bind_hash(insert, 2, hash_of(made.cookie));
    bind_hash(insert, 3, hash_of(made.csrf));
    if (entry.key_id) insert.bind(4, *entry.key_id);
    insert.bind(5, now);
    insert.exec();
    made.session.id = database_.sqlite().getLastInsertRowid();
    // The first link may still stand in somebody's terminal or mail: it has done its work.
    database_.sqlite().exec("DELETE FROM sign_in_tokens WHERE expires_unix_s IS NULL");
    return made;
  }

  void make_room_for_session(std::int64_t now) {
    SQLite::Statement expired(database_.sqlite(), "DELETE FROM sessions WHERE last_used_unix_s <= ?");
    expired.bind(1, now - session_lasts_s);
    expired.exec();
    SQLite::Statement oldest(
        database_.sqlite(),
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions ORDER BY last_used_unix_s DESC, id DESC "
        "LIMIT -1 OFFSET ?)");
    oldest.bind(1, static_cast<std::int64_t>(sessions_max) - 1);
    oldest.exec();
  }

  void make_room_for_token(std::int64_t now) {
    SQLite::Statement expired(database_.sqlite(), "DELETE FROM sign_in_tokens WHERE expires_unix_s <= ?");
    expired.bind(1, now);
    expired.exec();
    SQLite::Statement first_to_end(
        database_.sqlite(),
        "DELETE FROM sign_in_tokens WHERE hash IN (SELECT hash FROM sign_in_tokens "
        "ORDER BY expires_unix_s IS NULL DESC, expires_unix_s DESC LIMIT -1 OFFSET ?)");
    first_to_end.bind(1, static_cast<std::int64_t>(sign_in_tokens_max) - 1);
    first_to_end.exec();
  }

  /// Nobody ever signed in, and no link waits for the first to do so.
  bool is_first() {
    return database_.sqlite()
               .execAndGet(
                   "SELECT NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'sessions' AND seq > 0) "
                   "AND NOT EXISTS (SELECT 1 FROM sign_in_tokens WHERE expires_unix_s IS NULL)")
               .getInt() != 0;
  }

  /// That it cannot be written (a full disk, say) must not sign anybody out.
  void note_use(Session& session, std::int64_t now) {
    const auto noted = guarded("Noting the use of a session", [&] {
      SQLite::Statement statement(database_.sqlite(),
                                  "UPDATE sessions SET last_used_unix_s = ? WHERE id = ?");
      statement.bind(1, now);
      statement.bind(2, session.id);
      statement.exec();
    });
    if (noted) session.expires_unix_s = now + session_lasts_s;
  }

  Database& database_;
  UnixClock clock_;
};

}  // namespace

Result<std::unique_ptr<SessionStore>> open_session_store(Database& database, UnixClock clock) {
  if (sodium_init() < 0) return fail(Errc::internal, "The cryptography library could not start.");
  return std::make_unique<SqliteSessionStore>(database, std::move(clock));
}

}  // namespace localscale::store
