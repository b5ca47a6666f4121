-- Where the queue of a lane starts: everything before this position was claimed, but for what senders find by looking
-- back. A sender that joins begins there, and not with the dead rows of what ended. The last start of a lane counts; the
-- lane 0 stands for the times of all retries, as positions. Rows are added and removed, never updated: the newest is
-- found in one step, however many dead ones a transaction that is held open keeps.
CREATE TABLE lane_start (
    lane integer NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (lane, seq)
);
