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

CREATE TRIGGER feed_profile_created AFTER INSERT ON profile BEGIN
    INSERT INTO feed (at, accepted, profile)
    SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER), accepted,
        json_object('id', NEW.id, 'title', NEW.title, 'change', 'created') FROM revision;
END;
-- A change of the status is reported with the block of its events.
CREATE TRIGGER feed_profile_changed AFTER UPDATE ON profile
WHEN OLD.status IS NEW.status OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
    INSERT INTO feed (at, accepted, profile)
    SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER), accepted,
        json_object('id', NEW.id, 'title', NEW.title, 'change',
            CASE WHEN NEW.deleted_at IS NULL AND OLD.deleted_at IS NULL THEN 'changed'
                WHEN NEW.deleted_at IS NULL THEN 'restored' ELSE 'deleted' END) FROM revision;
END;
CREATE TRIGGER feed_block_began AFTER INSERT ON hold BEGIN
    INSERT INTO feed (at, accepted, profile)
    SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER), accepted,
        json_object('id', NEW.profile_id, 'title', (SELECT title FROM profile WHERE id = NEW.profile_id),
            'change', NEW.why, 'failed', NEW.failed, 'delivery', hex(NEW.delivery), 'message', NEW.message)
    FROM revision;
END;
-- The cause of an automatic block is written after the block, in the same transaction.
CREATE TRIGGER feed_block_explained AFTER UPDATE OF failed ON hold WHEN NEW.why = 'auto-disabled' BEGIN
    UPDATE feed SET profile = json_set(profile, '$.failed', NEW.failed, '$.delivery', hex(NEW.delivery),
        '$.message', NEW.message)
    WHERE position = (SELECT max(position) FROM feed) AND profile ->> '$.id' = NEW.profile_id
        AND profile ->> '$.change' = NEW.why;
END;
-- Neither a block that gave way to another one, nor that of a deleted profile.
CREATE TRIGGER feed_block_ended AFTER DELETE ON hold
WHEN OLD.profile_id = '' OR EXISTS (SELECT 1 FROM profile WHERE id = OLD.profile_id AND deleted_at IS NULL
    AND (OLD.why = 'paused' OR status = 'active')) BEGIN
    INSERT INTO feed (at, accepted, profile)
    SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER), accepted,
        json_object('id', OLD.profile_id, 'title', (SELECT title FROM profile WHERE id = OLD.profile_id),
            'change', CASE WHEN OLD.why = 'paused' THEN 'resumed' ELSE 'enabled' END)
    FROM revision;
END;
