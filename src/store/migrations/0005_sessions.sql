-- Who is signed in to the page. Of a session's two halves only the hashes (BLAKE2b-256) are kept; each half is 256 random
-- bits, so it needs no salt. The numbers are never given twice, so that they also tell whether anybody ever signed in.
CREATE TABLE sessions (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  person           TEXT NOT NULL,
  cookie_hash      BLOB NOT NULL UNIQUE CHECK (length(cookie_hash) = 32),
  csrf_hash        BLOB NOT NULL CHECK (length(csrf_hash) = 32),
  key_id           TEXT REFERENCES api_keys (id) ON DELETE CASCADE, -- the key that opened it; null: token or password
  created_unix_s   INTEGER NOT NULL,
  last_used_unix_s INTEGER NOT NULL
) STRICT;

-- Links that sign in once.
CREATE TABLE sign_in_tokens (
  hash           BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  person         TEXT NOT NULL,
  expires_unix_s INTEGER -- null: the home's first one, good until anybody signs in
) STRICT, WITHOUT ROWID;

-- Argon2id in libsodium's own form, which holds salt and costs.
CREATE TABLE passwords (
  person TEXT NOT NULL PRIMARY KEY,
  hash   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Keys are for programs; one that also opens the page is made for that on purpose.
ALTER TABLE api_keys ADD COLUMN may_sign_in INTEGER NOT NULL DEFAULT 0 CHECK (may_sign_in IN (0, 1));
