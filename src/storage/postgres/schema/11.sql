-- The phases of an attempt: see storage/phases_bytes.rs. None for those made before.
ALTER TABLE attempt ADD COLUMN phases bytea;
