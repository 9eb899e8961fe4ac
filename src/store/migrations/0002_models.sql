-- Names of our own model store and the files behind them. A blob is deleted when no name has it any more.
CREATE TABLE models (
  name            TEXT NOT NULL PRIMARY KEY,
  manifest_digest TEXT NOT NULL,
  modified_unix_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A file is a blob of the store (path is empty) or a file elsewhere that the name was copied from.
CREATE TABLE model_files (
  name     TEXT NOT NULL REFERENCES models (name) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  role     TEXT NOT NULL
           CHECK (role IN ('model', 'projector', 'template', 'parameters', 'system', 'license', 'other')),
  digest   TEXT NOT NULL,
  bytes    INTEGER NOT NULL,
  path     TEXT NOT NULL,
  PRIMARY KEY (name, position)
) STRICT, WITHOUT ROWID;
