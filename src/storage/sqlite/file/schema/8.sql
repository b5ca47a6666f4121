-- Narrow rows for what changes: the request of a delivery, which never changes, has a table of its own. And the
-- order of acceptance: `delivery.seq` follows the commits, as ids of several clocks do not, and lists are read by
-- it. None is used twice: `accepted` is the last one that was, whatever has been removed since.
ALTER TABLE revision ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
UPDATE revision SET accepted = coalesce((SELECT max(seq) FROM delivery), 0);

-- A sender reads a profile once for each of its changes, however it was changed.
CREATE TRIGGER profile_document_changed AFTER UPDATE ON profile_document BEGIN
    UPDATE revision SET profiles = profiles + 1;
END;

DROP TRIGGER delivery_went;
DROP INDEX delivery_by_state;
DROP INDEX delivery_by_lane;
DROP INDEX delivery_waiting;
DROP INDEX delivery_waiting_by_lane;
ALTER TABLE delivery RENAME TO delivery_7;
ALTER TABLE tested RENAME TO tested_7;

-- The request as it was accepted, without credentials, and the values that it was made of. Written once.
CREATE TABLE request (
    delivery INTEGER PRIMARY KEY,
    method TEXT,
    url TEXT,
    headers TEXT,
    vals TEXT NOT NULL,
    body BLOB
) STRICT;
INSERT INTO request SELECT seq, method, url, headers, vals, body FROM delivery_7 ORDER BY seq;

-- state: 0 queued, 1 waiting, 2 delivered, 3 failed, 4 cancelled. What is below 2 is to be sent.
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    lane INTEGER NOT NULL REFERENCES lane (seq),
    kind TEXT NOT NULL,
    profile_title TEXT NOT NULL,
    event TEXT,
    was_tested INTEGER NOT NULL CHECK (was_tested IN (0, 1)),
    retry_count INTEGER NOT NULL,
    interval_s INTEGER NOT NULL,
    timeout_ms INTEGER NOT NULL,
    backoff TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    accepted_at INTEGER NOT NULL,
    ended_at INTEGER,
    last_status INTEGER,
    last_class TEXT,
    last_message TEXT,
    last_ms INTEGER,
    -- The delivery by which this one was resent last.
    again BLOB CHECK (length(again) = 16),
    -- The run (`send --from`) that accepted it: a random number; null for all others.
    run_id INTEGER,
    CHECK ((due_at IS NOT NULL) = (state < 2))
) STRICT;
INSERT INTO delivery
SELECT seq, id, state, lane, kind, profile_title, event, was_tested, retry_count, interval_s, timeout_ms, backoff,
    attempts, due_at, accepted_at, ended_at, last_status, last_class, last_message, last_ms, again, run_id
FROM delivery_7 ORDER BY seq;

-- The profile as it was on the screen, for a test, until its delivery ends.
CREATE TABLE tested (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (seq) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT;
INSERT INTO tested SELECT delivery, document FROM tested_7;
DROP TABLE tested_7;
DROP TABLE delivery_7;

-- The queue of each lane, and lists by state, in the order of acceptance. What is queued is in no list by state, so
-- that it is written to one index when it is accepted and taken out of one when it ends. The run stands at the end,
-- so that a run is counted without reading a row.
CREATE INDEX delivery_queued ON delivery (lane, seq, run_id) WHERE state = 0;
CREATE INDEX delivery_by_state ON delivery (state, seq, run_id) WHERE state IS NOT 0;
CREATE INDEX delivery_by_lane ON delivery (state, lane, seq, run_id) WHERE state IS NOT 0;
-- Retries by their time. First attempts are due at once and need no place here.
CREATE INDEX delivery_waiting ON delivery (due_at, lane) WHERE state = 1;
CREATE INDEX delivery_waiting_by_lane ON delivery (lane, due_at) WHERE state = 1;
CREATE TRIGGER delivery_went AFTER DELETE ON delivery BEGIN
    DELETE FROM request WHERE delivery = OLD.seq;
    DELETE FROM attempt WHERE key BETWEEN OLD.seq << 10 AND OLD.seq << 10 | 1023;
END;
