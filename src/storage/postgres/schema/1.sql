-- Times are Unix milliseconds, UTC, by the clock of whoever wrote them; what compares them with now says whose
-- now. Names of choices (kind, method, event, …) are those of the JSON.
--
-- A delivery is known by its position (`seq`, LogPosition): the time of acceptance by the clock of this database in
-- microseconds, and eleven bits that tell statements of the same microsecond apart. All tables of the log have it as
-- their key and are partitioned by it, a partition a day, so that a page is a range of one index, retention drops
-- whole days, and no clock but this one decides where a row goes.

-- `version`: the schema. `least`: the oldest schema that a program must know to work with it. `lease_ms`: how long a
-- sender may send unless it renews its lease; for all senders the same.
CREATE TABLE meta (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version integer NOT NULL,
    least integer NOT NULL,
    lease_ms integer NOT NULL DEFAULT 15000 CHECK (lease_ms >= 300)
);

-- One row for each process that sends. `seq` is its identity; the name and the host are for people. `seen_until` is
-- when its lease ends. `knows` is the greatest `seq` whose share of the slots it leaves free.
CREATE TABLE sender (
    seq integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL DEFAULT '',
    since timestamptz NOT NULL DEFAULT now(),
    seen_until timestamptz NOT NULL,
    knows integer NOT NULL DEFAULT 0,
    in_flight integer,
    rate integer,
    trouble text
);

CREATE TABLE profile (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    title text NOT NULL,
    channel text NOT NULL,
    method text NOT NULL,
    endpoint text NOT NULL,
    status text NOT NULL,
    created_at bigint NOT NULL,
    modified_at bigint NOT NULL,
    deleted_at bigint,
    -- The profile as JSON, with its secrets. Long ones are kept apart from the row.
    document text NOT NULL
);
CREATE INDEX profile_by_age ON profile (created_at, seq) WHERE deleted_at IS NULL;
CREATE INDEX profile_deleted ON profile (deleted_at) WHERE deleted_at IS NOT NULL;

-- Variables that a person added to an event, or to the default channel.
CREATE TABLE own_variable (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL,
    name text NOT NULL,
    meaning text NOT NULL,
    sample text NOT NULL,
    UNIQUE (scope, name)
);

-- The values of the last test; the event is empty with the default channel.
CREATE TABLE test_values (
    profile_id text NOT NULL,
    event text NOT NULL,
    vals text NOT NULL,
    PRIMARY KEY (profile_id, event)
);

-- What blocks deliveries: pauses, and profiles that take no events. The id is empty for all profiles. `failed`,
-- `delivery` and `message` say why a profile was auto-disabled.
CREATE TABLE hold (
    profile_id text NOT NULL,
    why text NOT NULL CHECK (why IN ('paused', 'disabled', 'auto-disabled')),
    since bigint NOT NULL,
    failed integer,
    delivery uuid,
    message text,
    PRIMARY KEY (profile_id, why)
);

-- The queue of one profile to one endpoint, with what a person sends apart. Never removed, so that processes may
-- remember the numbers. `delivered` is the last accepted of its deliveries that was delivered.
CREATE TABLE lane (
    seq integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id text NOT NULL,
    origin text NOT NULL,
    by_hand boolean NOT NULL,
    failed_in_row integer NOT NULL DEFAULT 0,
    delivered uuid,
    UNIQUE (profile_id, origin, by_hand)
) WITH (fillfactor = 50);

-- The request as it was accepted, without credentials, and the values that it was made of. Written once, except for
-- `again`, the delivery that resent it last. `run_id` is the run (`send --from`) that accepted it.
CREATE TABLE delivery (
    seq bigint PRIMARY KEY,
    id uuid NOT NULL,
    lane integer NOT NULL,
    accepted_at bigint NOT NULL,
    run_id bigint,
    retry_count smallint NOT NULL,
    interval_s integer NOT NULL,
    timeout_ms integer NOT NULL,
    was_tested boolean NOT NULL,
    again uuid,
    kind text NOT NULL,
    backoff text NOT NULL,
    title text NOT NULL,
    event text,
    method text,
    url text,
    headers text,
    vals text NOT NULL,
    body bytea
) PARTITION BY RANGE (seq);
CREATE INDEX delivery_by_lane ON delivery (lane, seq);

-- What is to be sent: a row for each delivery that has not ended, and nothing that is not needed to claim it. No
-- attempts yet: queued, and due; else waiting until `due_at`. `claimed_by` is the sender that has it (sender.seq).
-- Ended deliveries leave dead rows here, and only here: only this table has settings for autovacuum, and busy senders
-- vacuum it too.
CREATE TABLE pending (
    seq bigint PRIMARY KEY,
    due_at bigint NOT NULL,
    run_id bigint,
    lane integer NOT NULL,
    claimed_by integer,
    attempts smallint NOT NULL DEFAULT 0
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 200000
);
CREATE INDEX pending_first ON pending (lane, seq) WHERE claimed_by IS NULL AND attempts = 0;
CREATE INDEX pending_retry ON pending (due_at, lane) WHERE claimed_by IS NULL AND attempts > 0;
CREATE INDEX pending_retry_lane ON pending (lane, due_at, seq) WHERE claimed_by IS NULL AND attempts > 0;
CREATE INDEX pending_waiting ON pending (seq) WHERE attempts > 0;
CREATE INDEX pending_of_run ON pending (run_id, seq) WHERE run_id IS NOT NULL;

-- Append-only: a row for each attempt. `sender` is the name of the process that made it (sender.name).
CREATE TABLE attempt (
    seq bigint NOT NULL,
    started_at bigint NOT NULL,
    duration_ms integer NOT NULL,
    n smallint NOT NULL,
    status smallint,
    response_cut boolean NOT NULL,
    class text,
    message text,
    address text,
    sender text,
    response_headers text NOT NULL,
    response_body bytea NOT NULL,
    PRIMARY KEY (seq, n)
) PARTITION BY RANGE (seq);

-- Append-only: a row for each delivery that has ended. state: 2 delivered, 3 failed, 4 cancelled. Usual successes are
-- in no index but the key.
CREATE TABLE ended (
    seq bigint PRIMARY KEY,
    ended_at bigint NOT NULL,
    run_id bigint,
    lane integer NOT NULL,
    ms integer,
    state smallint NOT NULL CHECK (state BETWEEN 2 AND 4),
    attempts smallint NOT NULL,
    status smallint,
    class text,
    message text
) PARTITION BY RANGE (seq);
CREATE INDEX ended_by_state ON ended (state, seq) WHERE state > 2;
CREATE INDEX ended_by_lane ON ended (lane, state, seq) WHERE state > 2;
-- State and status as one number: of two columns the planner takes it that most failures have the status of most
-- deliveries, which is 200, and looks for it among all failures.
CREATE INDEX ended_by_status ON ended ((state * 1000 + status), seq) WHERE state > 2 OR status <> 200;
CREATE INDEX ended_by_hundred ON ended ((state * 10 + status / 100), seq) WHERE state > 2;
CREATE INDEX ended_by_class ON ended (state, class, seq) WHERE state > 2;
CREATE INDEX ended_of_run ON ended (run_id, state, seq) WHERE run_id IS NOT NULL;

-- The profile as it was on the screen, for a test, until its delivery ends.
CREATE TABLE tested (
    seq bigint PRIMARY KEY,
    document text NOT NULL
);

-- How many deliveries are in each state, as the sum of 64 rows: one row would be a lock that all transactions wait
-- for. A connection always writes the same row, `pg_backend_pid() & 63`, and a transaction no other. `changes` grows
-- with each transaction that changed a delivery.
CREATE TABLE tally (
    slot smallint PRIMARY KEY,
    queued bigint NOT NULL DEFAULT 0,
    waiting bigint NOT NULL DEFAULT 0,
    delivered bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    cancelled bigint NOT NULL DEFAULT 0,
    changes bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO tally (slot) SELECT generate_series(0, 63);

-- Grows with each change of its kind. Only what people do is counted here.
CREATE TABLE revision (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    profiles bigint NOT NULL DEFAULT 0,
    variables bigint NOT NULL DEFAULT 0,
    steering bigint NOT NULL DEFAULT 0
);
INSERT INTO revision DEFAULT VALUES;

-- A time at which the clock was right, and since when another one is doubted: no row before the first look.
CREATE TABLE clock (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seen_at bigint NOT NULL,
    doubted_at bigint
);

-- By how many milliseconds at most the times of acceptance of a day, in days since 1970, differ from what the positions
-- say: a search for a time is one for positions. Grows by doubling, so that it is seldom written.
CREATE TABLE clock_skew (
    day bigint PRIMARY KEY,
    ms bigint NOT NULL
);

-- At least so many milliseconds.
CREATE FUNCTION doubled_skew(ms bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (1000 * power(2::float8, ceil(greatest(0, ln(greatest(ms, 1) / 1000::float8) / ln(2::float8)))))::bigint + 1
$$;

-- Tells statements of one microsecond apart.
CREATE SEQUENCE accepted CACHE 1;

-- The position of the first delivery that a statement accepts. The others follow at steps of 2048: a microsecond
-- each, which is less than each of them takes.
CREATE FUNCTION next_position() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint << 11) | (nextval('ringback.accepted') & 2047)
$$;

-- The first position of a day.
CREATE FUNCTION first_position(day date) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (day - date '1970-01-01')::bigint * 86400000000 * 2048
$$;

-- Makes the partitions of these days that are missing. No table is locked against readers or writers for it.
CREATE FUNCTION make_days(first date, last date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    day date := first;
    part text;
    leaf text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7242905117300302);
    WHILE day <= last LOOP
        FOREACH part IN ARRAY ARRAY['delivery', 'attempt', 'ended'] LOOP
            leaf := part || '_' || to_char(day, 'YYYYMMDD');
            IF to_regclass('ringback.' || leaf) IS NULL THEN
                EXECUTE format('CREATE TABLE ringback.%I (LIKE ringback.%I INCLUDING ALL)', leaf, part);
                IF part = 'delivery' THEN
                    -- Within a day no id is accepted twice.
                    EXECUTE format('CREATE UNIQUE INDEX %I ON ringback.%I (id) INCLUDE (seq)', leaf || '_id', leaf);
                END IF;
                EXECUTE format('ALTER TABLE ringback.%I ATTACH PARTITION ringback.%I FOR VALUES FROM (%s) TO (%s)',
                    part, leaf, ringback.first_position(day), ringback.first_position(day + 1));
                made := made + 1;
            END IF;
        END LOOP;
        day := day + 1;
    END LOOP;
    RETURN made;
END
$$;
