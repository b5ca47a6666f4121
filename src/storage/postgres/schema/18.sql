-- A copy of this database into another one (`ringback db copy`): its id, the target's name, since when this one refuses
-- changes, and when all was copied. While it refuses changes, `copying_from` is set too, which programs that do not know
-- this step respect.
ALTER TABLE meta ADD COLUMN moved_id uuid;
ALTER TABLE meta ADD COLUMN moved_to text;
ALTER TABLE meta ADD COLUMN closed_at bigint;
ALTER TABLE meta ADD COLUMN moved_at bigint;
