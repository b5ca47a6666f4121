-- Numbers by profile and minute (step 0) and hour (step 1): `at` is the number of the minute or hour since 1970, and
-- `counts` has pairs of numbers, see storage/rollups.
CREATE TABLE rollup (
    step INTEGER NOT NULL CHECK (step IN (0, 1)),
    at INTEGER NOT NULL,
    profile_id TEXT NOT NULL,
    counts BLOB NOT NULL,
    PRIMARY KEY (step, at, profile_id)
) WITHOUT ROWID, STRICT;

-- What is not in the rollups yet: a row for each transaction. `marks` has for each kind of thing that happened its lane,
-- what it was, and how often.
CREATE TABLE rollup_change (
    seq INTEGER PRIMARY KEY,
    marks BLOB NOT NULL
) STRICT;

-- Since when everything is counted, in milliseconds.
CREATE TABLE rollup_start (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL
) STRICT;
INSERT INTO rollup_start VALUES (1, coalesce(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), 0));
