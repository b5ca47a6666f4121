-- The HTTP APIs that run on this file. `owner` is the process, as in `draft`: a row of one that has ended means nothing.
CREATE TABLE running_api (
    owner TEXT PRIMARY KEY,
    url TEXT NOT NULL
) WITHOUT ROWID, STRICT;
ALTER TABLE revision ADD COLUMN apis INTEGER NOT NULL DEFAULT 0;
