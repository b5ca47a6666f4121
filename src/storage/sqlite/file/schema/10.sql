-- As little as possible is written for a delivery that succeeds at its first attempt: it is moved from one of these
-- tables to the other, and its row in `delivery` stays as it was accepted, with state 0. What is different then is in
-- its attempt. All others are changed in their rows, which the trigger takes out of both.

-- What waits for its first attempt, by lane and in the order of acceptance; `seq` is that of the delivery.
CREATE TABLE queued (
    lane INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    run_id INTEGER,
    PRIMARY KEY (lane, seq)
) WITHOUT ROWID, STRICT;
INSERT INTO queued
SELECT lane, seq, run_id FROM delivery INDEXED BY delivery_queued WHERE state = 0 ORDER BY lane, seq;
DROP INDEX delivery_queued;

-- What was delivered at its first attempt.
CREATE TABLE delivered (
    lane INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (lane, seq)
) WITHOUT ROWID, STRICT;

CREATE TRIGGER delivery_moved AFTER UPDATE OF state ON delivery WHEN OLD.state IS NOT NEW.state BEGIN
    DELETE FROM queued WHERE lane = OLD.lane AND seq = OLD.seq;
    DELETE FROM delivered WHERE lane = OLD.lane AND seq = OLD.seq;
    INSERT OR IGNORE INTO queued
    SELECT NEW.lane, NEW.seq, NEW.run_id WHERE NEW.state = 0 AND typeof(NEW.lane) = 'integer';
END;
DROP TRIGGER delivery_went;
CREATE TRIGGER delivery_went AFTER DELETE ON delivery BEGIN
    DELETE FROM queued WHERE lane = OLD.lane AND seq = OLD.seq;
    DELETE FROM delivered WHERE lane = OLD.lane AND seq = OLD.seq;
    DELETE FROM request WHERE delivery = OLD.seq;
    DELETE FROM attempt WHERE key BETWEEN OLD.seq << 10 AND OLD.seq << 10 | 1023;
END;
