-- The last epoch whose sender has recorded all that it had in flight when a later epoch began.
ALTER TABLE revision ADD COLUMN yielded INTEGER NOT NULL DEFAULT 0;
