-- Deliveries for speed: small numbers in the indexes where texts were, and counts that are written
-- once a transaction.

DROP TRIGGER delivery_came;
DROP TRIGGER delivery_moved;
DROP TRIGGER delivery_went;
DROP TRIGGER delivery_added;
DROP TRIGGER delivery_changed;
DROP TRIGGER delivery_removed;
DROP INDEX delivery_by_state;
DROP INDEX delivery_by_profile;
DROP INDEX delivery_waiting;
DROP INDEX delivery_by_origin;

-- The queue of one profile to one endpoint. What a person sends by hand has a queue of its own, so
-- that a test neither stands behind a million events nor is held with them.
CREATE TABLE lane (
    seq INTEGER PRIMARY KEY,
    profile_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
    -- Deliveries in a row that failed for good.
    failed_in_row INTEGER NOT NULL DEFAULT 0,
    UNIQUE (profile_id, origin, by_hand)
) STRICT;
INSERT INTO lane (profile_id, origin, by_hand)
SELECT DISTINCT profile_id, origin, kind <> 'event' FROM delivery;

-- What is not sent for now, since when, and why: paused by a person, where the empty id is all
-- profiles; or the status of a profile. The rest is told of a profile that was disabled by itself:
-- how many failed in a row, the last of them, and why that one did.
CREATE TABLE hold (
    profile_id TEXT NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('paused', 'disabled', 'auto-disabled')),
    since INTEGER NOT NULL,
    failed INTEGER,
    delivery BLOB CHECK (length(delivery) = 16),
    message TEXT,
    PRIMARY KEY (profile_id, why)
) STRICT;
INSERT INTO hold (profile_id, why, since)
SELECT id, status, modified_at FROM profile WHERE status <> 'active';

ALTER TABLE delivery RENAME TO delivery_1;
ALTER TABLE attempt RENAME TO attempt_1;
ALTER TABLE tested RENAME TO tested_1;

-- state: 0 queued, 1 waiting, 2 delivered, 3 failed, 4 cancelled. What is below 2 is to be sent.
-- The short columns come first, so that a list reads no overflow page of a long body.
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
    method TEXT,
    url TEXT,
    headers TEXT,
    vals TEXT NOT NULL,
    body BLOB,
    CHECK ((due_at IS NOT NULL) = (state < 2))
) STRICT;
INSERT INTO delivery
SELECT d.seq, d.id, d.state, l.seq, d.kind, d.profile_title, d.event, d.was_tested, d.retry_count,
    d.interval_s, d.timeout_ms, d.backoff, d.attempts, d.due_at, d.accepted_at, d.ended_at,
    d.last_status, d.last_class, d.last_message, d.last_ms, d.method, d.url, d.headers, d.vals, d.body
FROM delivery_1 AS d JOIN lane AS l
    ON l.profile_id = d.profile_id AND l.origin = d.origin AND l.by_hand = (d.kind <> 'event');

-- Lists by state, and the queue of each lane: ids grow with time.
CREATE INDEX delivery_by_state ON delivery (state, id);
CREATE INDEX delivery_by_lane ON delivery (state, lane, id);
-- Retries by their time. First tries are due at once and need no place here.
CREATE INDEX delivery_waiting ON delivery (due_at, lane) WHERE state = 1;
CREATE INDEX delivery_waiting_by_lane ON delivery (lane, due_at) WHERE state = 1;

-- Append-only: a row a try. The key is the delivery's number and the try's, 1 being the first.
CREATE TABLE attempt (
    key INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL AS (key >> 10),
    n INTEGER NOT NULL AS (key & 1023),
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    address TEXT,
    status INTEGER,
    class TEXT,
    message TEXT,
    response_cut INTEGER NOT NULL CHECK (response_cut IN (0, 1)),
    response_headers TEXT NOT NULL,
    response_body BLOB NOT NULL
) STRICT;
INSERT INTO attempt
SELECT delivery << 10 | n, started_at, duration_ms, NULL, status, class, message, response_cut,
    response_headers, response_body
FROM attempt_1;

-- The profile as it was on the screen, for a test, until its delivery ends.
CREATE TABLE tested (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (seq) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT;
INSERT INTO tested SELECT delivery, document FROM tested_1;

DROP TABLE attempt_1;
DROP TABLE tested_1;
DROP TABLE delivery_1;

-- `moved` notes the change; the counts in `tally` follow at the end of the transaction.
CREATE TRIGGER delivery_came AFTER INSERT ON delivery BEGIN
    SELECT moved(-1, NEW.state);
END;
CREATE TRIGGER delivery_moved AFTER UPDATE ON delivery BEGIN
    SELECT moved(OLD.state, NEW.state);
END;
CREATE TRIGGER delivery_went AFTER DELETE ON delivery BEGIN
    SELECT moved(OLD.state, -1);
    DELETE FROM attempt WHERE key BETWEEN OLD.seq << 10 AND OLD.seq << 10 | 1023;
END;

-- Grows when something was done to what is to be sent: cancelled, hurried, held, or its profile
-- changed. What was read before may no longer hold.
ALTER TABLE revision ADD COLUMN steering INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER profile_steers AFTER UPDATE ON profile BEGIN
    UPDATE revision SET steering = steering + 1;
END;
CREATE TRIGGER hold_begins AFTER INSERT ON hold BEGIN
    UPDATE revision SET steering = steering + 1;
END;
CREATE TRIGGER hold_ends AFTER DELETE ON hold BEGIN
    UPDATE revision SET steering = steering + 1;
END;
