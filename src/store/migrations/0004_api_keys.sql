-- Rights of devices on the LAN. `hash` is keyed BLAKE2b-256 of the secret with `salt`; the secret itself is never kept.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 12),
  name TEXT NOT NULL UNIQUE,
  salt BLOB NOT NULL CHECK (length(salt) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  created_unix_s INTEGER NOT NULL,
  last_used_unix_s INTEGER NOT NULL DEFAULT 0,
  requests_per_minute INTEGER NOT NULL CHECK (requests_per_minute > 0),
  max_concurrent INTEGER NOT NULL CHECK (max_concurrent > 0)
) STRICT;
