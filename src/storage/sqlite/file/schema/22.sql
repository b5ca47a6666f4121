-- Bulk retries and resends: see storage/bulk_actions. `is_over`: it changes no more deliveries.
CREATE TABLE bulk_action (
    id INTEGER PRIMARY KEY,
    begun_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    is_over INTEGER NOT NULL DEFAULT 0 CHECK (is_over IN (0, 1)),
    what TEXT NOT NULL,
    wanted INTEGER NOT NULL,
    retried INTEGER NOT NULL DEFAULT 0,
    resent INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0
) STRICT;
-- What each has changed: the position of a retried delivery, or of the new delivery of a resend.
CREATE TABLE bulk_member (
    bulk INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (bulk, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_member_of ON bulk_member (seq);

DROP TRIGGER delivery_went;
CREATE TRIGGER delivery_went AFTER DELETE ON delivery BEGIN
    DELETE FROM queued WHERE lane = OLD.lane AND seq = OLD.seq;
    DELETE FROM delivered WHERE lane = OLD.lane AND seq = OLD.seq;
    DELETE FROM request WHERE delivery = OLD.seq;
    DELETE FROM attempt WHERE key BETWEEN OLD.seq << 10 AND OLD.seq << 10 | 1023;
    DELETE FROM resend WHERE seq = OLD.seq;
    DELETE FROM bulk_member WHERE seq = OLD.seq;
END;
