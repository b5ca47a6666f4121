-- `delivery.seq` is the order of acceptance, by which lists are read: it follows the commits, as ids of several
-- clocks do not. None is used twice: `accepted` is the last one that was, whatever has been removed since.
ALTER TABLE revision ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
UPDATE revision SET accepted = coalesce((SELECT max(seq) FROM delivery), 0);

-- A sender reads a profile once for each of its changes, however it was changed.
CREATE TRIGGER profile_document_changed AFTER UPDATE ON profile_document BEGIN
    UPDATE revision SET profiles = profiles + 1;
END;

DROP INDEX delivery_by_state;
DROP INDEX delivery_by_lane;
CREATE INDEX delivery_by_state ON delivery (state, seq, run_id);
CREATE INDEX delivery_by_lane ON delivery (state, lane, seq, run_id);
