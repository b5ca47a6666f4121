-- Alerts: turns that are given together. A turn is to be given (`wanted`) if the process that recorded it gives alerts,
-- and belongs to one alert from when that is taken. `taken_by` is a process, by a random id of its own; after
-- `taken_until` another one takes an alert that has not ended.
ALTER TABLE turn ADD COLUMN wanted boolean NOT NULL DEFAULT false;
ALTER TABLE turn ADD COLUMN alert uuid;
CREATE INDEX turn_to_give ON turn (seq) WHERE wanted AND alert IS NULL;
CREATE INDEX turn_by_alert ON turn (alert) WHERE alert IS NOT NULL;
CREATE TABLE alert (
    id uuid PRIMARY KEY,
    made_at bigint NOT NULL,
    taken_by uuid NOT NULL,
    taken_until bigint NOT NULL,
    ended_at bigint,
    failure text
);
