-- The active sender is decided here, and not by the lock file alone: whoever takes the lock begins a new
-- epoch, and a sender of an earlier one stops. `sender` is the process, as in `draft.owner`; `moved_at`
-- is when it took the lock or last recorded an attempt.
ALTER TABLE revision ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN sender TEXT NOT NULL DEFAULT '';
ALTER TABLE revision ADD COLUMN moved_at INTEGER NOT NULL DEFAULT 0;

-- The epoch of the sender that made the attempt: two attempts of one number by two senders are two.
ALTER TABLE attempt ADD COLUMN epoch INTEGER;
