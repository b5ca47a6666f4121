-- Where the time of the attempts of a change went, as storage/rollups/mark_list has it. None where it has no attempts, or
-- an earlier version made it.
ALTER TABLE rollup_change ADD COLUMN times bytea;
