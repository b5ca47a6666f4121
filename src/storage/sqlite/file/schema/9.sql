-- A copy of this database into another one (`ringback db copy`): its id, the target's name, and since when this one
-- refuses changes. From then on each table has triggers that refuse them in every process; see transfer/mark.rs.
CREATE TABLE moved (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL CHECK (length(id) = 16),
    target TEXT NOT NULL,
    closed_at INTEGER,
    finished_at INTEGER
) STRICT;
