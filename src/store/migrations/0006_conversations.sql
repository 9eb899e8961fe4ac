-- What persons and models said to each other. `label` bounds how far it may travel: high stays at home.
CREATE TABLE conversations (
  number          INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE CHECK (length(id) = 16),
  person          TEXT NOT NULL,
  label           TEXT NOT NULL DEFAULT 'high' CHECK (label IN ('high', 'medium', 'low')),
  title           TEXT NOT NULL,
  model           TEXT NOT NULL,
  created_unix_ms INTEGER NOT NULL,
  updated_unix_ms INTEGER NOT NULL,
  messages        INTEGER NOT NULL DEFAULT 0, -- how many there are; their seq are 1 to this
  bytes           INTEGER NOT NULL DEFAULT 0, -- sum of theirs
  revision        INTEGER NOT NULL DEFAULT 1  -- grows with each change
) STRICT;
CREATE INDEX conversations_by_person ON conversations (person, updated_unix_ms);

-- The long columns come last, so that reading the others touches no overflow page.
CREATE TABLE messages (
  number            INTEGER PRIMARY KEY,
  conversation      INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
  seq               INTEGER NOT NULL CHECK (seq > 0),
  role              TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
  state             TEXT NOT NULL CHECK (state IN ('done', 'writing', 'stopped', 'failed')),
  model             TEXT,
  at_unix_ms        INTEGER NOT NULL,
  tokens            INTEGER,
  tokens_per_second REAL,
  bytes             INTEGER NOT NULL, -- what it counts towards the limits
  thinking          TEXT,
  content           TEXT NOT NULL,
  UNIQUE (conversation, seq)
) STRICT;
-- Few at any time: what the next start turns to stopped.
CREATE INDEX messages_writing ON messages (conversation) WHERE state = 'writing';
