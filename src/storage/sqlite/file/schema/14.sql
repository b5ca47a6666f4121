-- The health of profiles that are not well: see storage/health. The rest is the delivery whose end it was, and how many
-- of the last minutes' events had failed, if a failure rate is set.
CREATE TABLE health (
    profile_id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('failing', 'auto-disabled')),
    since INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    delivery BLOB NOT NULL CHECK (length(delivery) = 16),
    status INTEGER,
    class TEXT,
    message TEXT NOT NULL,
    recent_failed INTEGER,
    recent_ended INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO health (profile_id, state, since, failed, delivery, message)
SELECT h.profile_id, h.why, h.since, h.failed, h.delivery, coalesce(h.message, '')
FROM hold h JOIN profile p ON p.id = h.profile_id AND p.status = h.why
WHERE h.why = 'auto-disabled' AND h.failed IS NOT NULL AND length(h.delivery) = 16;

-- When the health of a profile changed, and to what: the latest turns. `was` and `was_since` are its state before; null:
-- it was well.
CREATE TABLE turn (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    profile_id TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    was TEXT,
    was_since INTEGER,
    failed INTEGER NOT NULL,
    delivery BLOB NOT NULL CHECK (length(delivery) = 16),
    status INTEGER,
    class TEXT,
    message TEXT NOT NULL,
    recent_failed INTEGER,
    recent_ended INTEGER
) STRICT;
CREATE TRIGGER turn_noted AFTER INSERT ON turn BEGIN
    UPDATE revision SET profiles = profiles + 1;
END;
-- An auto-disabled profile is reported with the block of its events.
CREATE TRIGGER feed_turn AFTER INSERT ON turn WHEN NEW.kind <> 'auto-disabled' BEGIN
    INSERT INTO feed (at, accepted, profile) VALUES (
        NEW.at,
        coalesce((SELECT accepted FROM revision WHERE typeof(accepted) = 'integer'), 0),
        json_object('id', NEW.profile_id, 'title', NEW.title, 'change', NEW.kind, 'failed', NEW.failed,
            'delivery', hex(NEW.delivery), 'message', NEW.message));
END;

-- The last minutes of a queue, while a failure rate is set: a JSON list of [minute, ended, failed].
ALTER TABLE lane ADD COLUMN recent TEXT;
