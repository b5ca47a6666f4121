-- Times are Unix milliseconds, UTC. Names of choices (channel, method, event, …) are those of the JSON.

-- What the list of profiles shows; the profile itself stands apart, so that listing stays light.
CREATE TABLE profile (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    channel TEXT NOT NULL,
    method TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX profile_by_age ON profile (created_at) WHERE deleted_at IS NULL;
CREATE INDEX profile_by_title ON profile (title COLLATE NOCASE) WHERE deleted_at IS NULL;
CREATE INDEX profile_deleted ON profile (deleted_at) WHERE deleted_at IS NOT NULL;

-- The profile as JSON, secrets and all: the file is its owner's alone.
CREATE TABLE profile_document (
    profile INTEGER PRIMARY KEY REFERENCES profile (seq) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT;

-- What was typed and not saved yet, by the process in which it was typed.
CREATE TABLE draft (
    profile_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    is_new INTEGER NOT NULL CHECK (is_new IN (0, 1)),
    document TEXT NOT NULL,
    edited_at INTEGER NOT NULL,
    PRIMARY KEY (profile_id, owner)
) STRICT;

-- Variables that a person added to an event, or to the default channel.
CREATE TABLE own_variable (
    seq INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    meaning TEXT NOT NULL,
    sample TEXT NOT NULL,
    UNIQUE (scope, name)
) STRICT;

-- The values of the last test; the event is empty with the default channel.
CREATE TABLE test_values (
    profile_id TEXT NOT NULL,
    event TEXT NOT NULL,
    vals TEXT NOT NULL,
    PRIMARY KEY (profile_id, event)
) STRICT;

-- state: 0 queued, 1 waiting, 2 delivered, 3 failed, 4 cancelled. What is below 2 is to be sent.
-- The short columns come first, so that a list reads no overflow page of a long body.
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    profile_id TEXT NOT NULL,
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
-- First tries in order, and every list by state: ids grow with time.
CREATE INDEX delivery_by_state ON delivery (state, id);
CREATE INDEX delivery_by_profile ON delivery (profile_id, state, id);
-- Retries by their time, and whose they are. First tries are due at once and need no place here.
CREATE INDEX delivery_waiting ON delivery (due_at, id, origin) WHERE state = 1;
-- The queue of each endpoint, and the way past a long one.
CREATE INDEX delivery_by_origin ON delivery (state, origin, due_at, id) WHERE due_at IS NOT NULL;

-- Append-only: a row a try.
CREATE TABLE attempt (
    delivery INTEGER NOT NULL REFERENCES delivery (seq) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status INTEGER,
    class TEXT,
    message TEXT,
    response_cut INTEGER NOT NULL CHECK (response_cut IN (0, 1)),
    response_headers TEXT NOT NULL,
    response_body BLOB NOT NULL,
    PRIMARY KEY (delivery, n)
) STRICT;

-- The profile as it was on the screen, for a test, until its delivery ends.
CREATE TABLE tested (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (seq) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT;

-- How many deliveries are in each state: counting a million rows takes too long for a screen.
CREATE TABLE tally (
    state INTEGER PRIMARY KEY,
    n INTEGER NOT NULL
) STRICT;
INSERT INTO tally VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0);
CREATE TRIGGER delivery_came AFTER INSERT ON delivery BEGIN
    UPDATE tally SET n = n + 1 WHERE state = NEW.state;
END;
CREATE TRIGGER delivery_moved AFTER UPDATE OF state ON delivery WHEN NEW.state <> OLD.state BEGIN
    UPDATE tally SET n = n - 1 WHERE state = OLD.state;
    UPDATE tally SET n = n + 1 WHERE state = NEW.state;
END;
CREATE TRIGGER delivery_went AFTER DELETE ON delivery BEGIN
    UPDATE tally SET n = n - 1 WHERE state = OLD.state;
END;

-- Counts changes of each kind, so that who shows them reads again only what is no longer so.
CREATE TABLE revision (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    profiles INTEGER NOT NULL,
    variables INTEGER NOT NULL,
    deliveries INTEGER NOT NULL
) STRICT;
INSERT INTO revision VALUES (1, 0, 0, 0);
CREATE TRIGGER profile_added AFTER INSERT ON profile BEGIN
    UPDATE revision SET profiles = profiles + 1;
END;
CREATE TRIGGER profile_changed AFTER UPDATE ON profile BEGIN
    UPDATE revision SET profiles = profiles + 1;
END;
CREATE TRIGGER profile_removed AFTER DELETE ON profile BEGIN
    UPDATE revision SET profiles = profiles + 1;
END;
CREATE TRIGGER own_variable_added AFTER INSERT ON own_variable BEGIN
    UPDATE revision SET variables = variables + 1;
END;
CREATE TRIGGER own_variable_changed AFTER UPDATE ON own_variable BEGIN
    UPDATE revision SET variables = variables + 1;
END;
CREATE TRIGGER own_variable_removed AFTER DELETE ON own_variable BEGIN
    UPDATE revision SET variables = variables + 1;
END;
CREATE TRIGGER delivery_added AFTER INSERT ON delivery BEGIN
    UPDATE revision SET deliveries = deliveries + 1;
END;
CREATE TRIGGER delivery_changed AFTER UPDATE ON delivery BEGIN
    UPDATE revision SET deliveries = deliveries + 1;
END;
CREATE TRIGGER delivery_removed AFTER DELETE ON delivery BEGIN
    UPDATE revision SET deliveries = deliveries + 1;
END;
