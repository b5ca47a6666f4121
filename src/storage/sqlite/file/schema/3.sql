-- Deliveries for speed: who writes one counts what it moved. A trigger on each row, for which SQLite
-- also makes the row ready to be undone alone, costs as much as the row.

DROP TRIGGER delivery_came;
DROP TRIGGER delivery_moved;
DROP TRIGGER delivery_went;
CREATE TRIGGER delivery_went AFTER DELETE ON delivery BEGIN
    DELETE FROM attempt WHERE key BETWEEN OLD.seq << 10 AND OLD.seq << 10 | 1023;
END;

-- The last accepted of a queue's deliveries that were delivered: what was accepted before it and fails
-- says nothing new of the endpoint.
ALTER TABLE lane ADD COLUMN delivered BLOB CHECK (length(delivered) = 16);

-- The delivery by which this one was sent again last.
ALTER TABLE delivery ADD COLUMN again BLOB CHECK (length(again) = 16);
