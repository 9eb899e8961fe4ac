-- What a measurement found for a model on this machine, by the number of cores that were free.
CREATE TABLE tunings (
  model           TEXT NOT NULL, -- digest, or path, size and time of a plain file
  engine          TEXT NOT NULL, -- version of the engine
  cores           INTEGER NOT NULL,
  free_cores      INTEGER NOT NULL,
  threads         INTEGER NOT NULL,
  flash_attention INTEGER NOT NULL,
  cache_type      TEXT NOT NULL,
  micro_batch     INTEGER NOT NULL,
  micro_batch_ms  REAL NOT NULL, -- how long one micro-batch of prompt reading lasts
  prompt_rate     REAL NOT NULL, -- tokens per second
  answer_rate     REAL NOT NULL,
  measured_unix_s INTEGER NOT NULL,
  PRIMARY KEY (model, engine, cores, free_cores)
) STRICT, WITHOUT ROWID;
