-- The feed: what happened, in the order of the commits. A row for each transaction that accepted deliveries or recorded
-- attempts, and for each change of a profile. The last row stays, so that no position is used twice.
--
-- `accepted` is the last delivery accepted by then, `came` how many of those this transaction accepted. `attempts` has
-- nine bytes for each: its key, big-endian, and the state of its delivery afterwards. `profile` is a JSON object.
CREATE TABLE feed (
    position INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    came INTEGER NOT NULL DEFAULT 0,
    attempts BLOB,
    profile TEXT
) STRICT;

-- Values of other types than their columns, in a damaged file, must not keep a profile from being changed: so each is
-- converted. SQLite has no time after the year 9999, at which a wrong clock may be: then it is the last one that the
-- program has.
CREATE TRIGGER feed_profile_created AFTER INSERT ON profile BEGIN
    INSERT INTO feed (at, accepted, profile) VALUES (
        coalesce(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), 253370764800000),
        coalesce((SELECT accepted FROM revision WHERE typeof(accepted) = 'integer'), 0),
        json_object('id', CAST(NEW.id AS TEXT), 'title', CAST(NEW.title AS TEXT), 'change', 'created'));
END;
-- A change of the status is reported with the block of its events.
CREATE TRIGGER feed_profile_changed AFTER UPDATE ON profile
WHEN OLD.status IS NEW.status OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
    INSERT INTO feed (at, accepted, profile) VALUES (
        coalesce(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), 253370764800000),
        coalesce((SELECT accepted FROM revision WHERE typeof(accepted) = 'integer'), 0),
        json_object('id', CAST(NEW.id AS TEXT), 'title', CAST(NEW.title AS TEXT), 'change',
            CASE WHEN NEW.deleted_at IS NULL AND OLD.deleted_at IS NULL THEN 'changed'
                WHEN NEW.deleted_at IS NULL THEN 'restored' ELSE 'deleted' END));
END;
CREATE TRIGGER feed_block_began AFTER INSERT ON hold BEGIN
    INSERT INTO feed (at, accepted, profile) VALUES (
        coalesce(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), 253370764800000),
        coalesce((SELECT accepted FROM revision WHERE typeof(accepted) = 'integer'), 0),
        json_object('id', CAST(NEW.profile_id AS TEXT),
            'title', (SELECT CAST(title AS TEXT) FROM profile WHERE id = NEW.profile_id),
            'change', CAST(NEW.why AS TEXT), 'failed', CAST(NEW.failed AS INTEGER),
            'delivery', hex(NEW.delivery), 'message', CAST(NEW.message AS TEXT)));
END;
-- The cause of an automatic block is written after the block, in the same transaction.
CREATE TRIGGER feed_block_explained AFTER UPDATE OF failed ON hold WHEN NEW.why = 'auto-disabled' BEGIN
    UPDATE feed SET profile = json_set(profile, '$.failed', CAST(NEW.failed AS INTEGER),
        '$.delivery', hex(NEW.delivery), '$.message', CAST(NEW.message AS TEXT))
    WHERE position = (SELECT max(position) FROM feed)
        AND CASE WHEN json_valid(profile)
            THEN profile ->> '$.id' = NEW.profile_id AND profile ->> '$.change' = NEW.why END;
END;
-- Neither a block that gave way to another one, nor that of a deleted profile.
CREATE TRIGGER feed_block_ended AFTER DELETE ON hold
WHEN OLD.profile_id = '' OR EXISTS (SELECT 1 FROM profile WHERE id = OLD.profile_id AND deleted_at IS NULL
    AND (OLD.why = 'paused' OR status = 'active')) BEGIN
    INSERT INTO feed (at, accepted, profile) VALUES (
        coalesce(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), 253370764800000),
        coalesce((SELECT accepted FROM revision WHERE typeof(accepted) = 'integer'), 0),
        json_object('id', CAST(OLD.profile_id AS TEXT),
            'title', (SELECT CAST(title AS TEXT) FROM profile WHERE id = OLD.profile_id),
            'change', CASE WHEN OLD.why = 'paused' THEN 'resumed' ELSE 'enabled' END));
END;
