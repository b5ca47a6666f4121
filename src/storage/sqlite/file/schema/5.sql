-- A time at which the clock was right, and since when another one is doubted: no row before the first look.
CREATE TABLE clock (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seen_at INTEGER NOT NULL,
    doubted_at INTEGER
) STRICT;
