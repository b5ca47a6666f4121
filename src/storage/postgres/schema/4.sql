-- Keys of the HTTP API. Of a key's secret only SHA-256 is kept. `profiles` is a JSON list of ids; an empty one means
-- all. Revoked keys stay.
CREATE TABLE api_key (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    name text NOT NULL,
    scope text NOT NULL,
    profiles text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint
);
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;

-- What was done for a key in the last 24 hours, so that a repeated request does nothing twice: see
-- storage/receipts. `owner` says what the key is unique in, and `fingerprint` which request had it. `seed` is that of
-- a reserved operation. `response` is the delivery of an event, the results of a request, or the response of an
-- operation that has ended.
CREATE TABLE receipt (
    owner text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    made_at bigint NOT NULL,
    seed bytea,
    response bytea,
    PRIMARY KEY (owner, key)
);
CREATE INDEX receipt_by_age ON receipt (made_at);
