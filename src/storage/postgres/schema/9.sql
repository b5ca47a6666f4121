-- Numbers by profile and minute (step 0) and hour (step 1): `at` is the number of the minute or hour since 1970, and
-- `counts` has pairs of numbers, see storage/rollups. One process at a time writes here.
CREATE TABLE rollup (
    step smallint NOT NULL CHECK (step IN (0, 1)),
    at integer NOT NULL,
    profile_id text COLLATE "C" NOT NULL,
    counts bytea NOT NULL,
    PRIMARY KEY (step, at, profile_id)
) WITH (fillfactor = 70);

-- What is not in the rollups yet: a row for each statement that accepted, ended or cancelled deliveries or recorded
-- attempts, so that no two transactions write the same row. `marks` says what happened, each to a delivery of the lane
-- in the same place. Rows are removed when they are added to the rollups. Small enough to be stored in the row itself.
CREATE TABLE rollup_change (
    lanes integer[] NOT NULL,
    marks bigint[] NOT NULL
) WITH (
    toast_tuple_target = 8160,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0
);

-- Since when everything is counted, in milliseconds.
CREATE TABLE rollup_start (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    at bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint
);
INSERT INTO rollup_start DEFAULT VALUES;
