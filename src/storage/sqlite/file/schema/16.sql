-- Alerts: turns that are given together. A turn is to be given (`wanted`) if the process that recorded it gives alerts,
-- and belongs to one alert from when that is taken. `taken_by` is the process that gives it, as
-- in `draft.owner`.
ALTER TABLE turn ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE turn ADD COLUMN alert BLOB;
CREATE INDEX turn_to_give ON turn (seq) WHERE wanted = 1 AND alert IS NULL;
CREATE INDEX turn_by_alert ON turn (alert) WHERE alert IS NOT NULL;
CREATE TABLE alert (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    made_at INTEGER NOT NULL,
    taken_by TEXT NOT NULL,
    ended_at INTEGER,
    failure TEXT
) STRICT, WITHOUT ROWID;
