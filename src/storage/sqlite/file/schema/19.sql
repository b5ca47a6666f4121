-- The way back from a resend: by the position of the new delivery, the id of the one that it resends, which may have left
-- the log. The way there is `delivery.again`, which only knows the last resend.
CREATE TABLE resend (
    seq INTEGER PRIMARY KEY,
    earlier BLOB NOT NULL CHECK (length(earlier) = 16)
) STRICT;
CREATE INDEX resend_of ON resend (earlier);
INSERT OR IGNORE INTO resend
SELECT n.seq, d.id FROM delivery d CROSS JOIN delivery n ON n.id = d.again
WHERE d.again IS NOT NULL AND typeof(d.id) = 'blob' AND length(d.id) = 16;

DROP TRIGGER delivery_went;
CREATE TRIGGER delivery_went AFTER DELETE ON delivery BEGIN
    DELETE FROM queued WHERE lane = OLD.lane AND seq = OLD.seq;
    DELETE FROM delivered WHERE lane = OLD.lane AND seq = OLD.seq;
    DELETE FROM request WHERE delivery = OLD.seq;
    DELETE FROM attempt WHERE key BETWEEN OLD.seq << 10 AND OLD.seq << 10 | 1023;
    DELETE FROM resend WHERE seq = OLD.seq;
END;
