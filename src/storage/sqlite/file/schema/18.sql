-- When an auto-disabled profile is probed next, and how long it waited for that, in seconds; null where it is not.
ALTER TABLE hold ADD COLUMN probe_at INTEGER;
ALTER TABLE hold ADD COLUMN probe_wait_s INTEGER;
-- Profiles that a probe has enabled: so many of their events are sent at a time, until they have their full width.
CREATE TABLE recovering (
    profile_id TEXT PRIMARY KEY,
    width INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Whether an attempt was a probe; and how many of a delivery's attempts were. None for those made before.
ALTER TABLE attempt ADD COLUMN is_probe INTEGER;
ALTER TABLE delivery ADD COLUMN probes INTEGER;
