-- Keys of the HTTP API. Of a key's secret only SHA-256 is kept. `profiles` is a JSON list of ids; an empty one means
-- all. Revoked keys stay.
CREATE TABLE api_key (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    profiles TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;

-- What was done for a key in the last 24 hours, so that a repeated request does nothing twice: see
-- storage/receipts. `owner` says what the key is unique in, and `fingerprint` which request had it. `seed` is that of
-- a reserved operation. `response` is the delivery of an event, the results of a request, or the response of an
-- operation that has ended.
CREATE TABLE receipt (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    seed BLOB,
    response BLOB,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX receipt_by_age ON receipt (made_at);
