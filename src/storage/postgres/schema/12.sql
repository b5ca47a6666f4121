-- When an auto-disabled profile is probed next, and how long it waited for that, in seconds; null where it is not.
ALTER TABLE hold ADD COLUMN probe_at bigint;
ALTER TABLE hold ADD COLUMN probe_wait_s integer;
-- Profiles that a probe has enabled: so many of their events are sent at a time, until they have their full width.
CREATE TABLE recovering (
    profile_id text PRIMARY KEY,
    width integer NOT NULL
);
-- What was claimed of profiles that are probed or recovering: who claims one of these counts them, under a lock on the
-- profile's row in `hold` or `recovering`.
CREATE TABLE metered_claim (
    seq bigint PRIMARY KEY,
    profile_id text NOT NULL
);
-- Whether an attempt was a probe; and how many of a delivery's attempts were. None for those made before.
ALTER TABLE attempt ADD COLUMN is_probe boolean;
ALTER TABLE pending ADD COLUMN probes smallint NOT NULL DEFAULT 0;
ALTER TABLE incoming ADD COLUMN probes smallint NOT NULL DEFAULT 0;
