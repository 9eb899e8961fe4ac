-- How fast a model reads and writes on this machine, as the owner had it measured. The newest thousand are kept.
CREATE TABLE measurements (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  measured_unix_s INTEGER NOT NULL,
  model           TEXT NOT NULL,
  answer_rate     REAL NOT NULL, -- tokens per second
  prompt_rate     REAL NOT NULL,
  threads         INTEGER NOT NULL,
  watts           REAL           -- of the machine meanwhile; NULL where nothing could be read
) STRICT;
