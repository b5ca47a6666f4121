-- The health of profiles that are not well: see storage/health. The rest is the delivery whose end it was, and how many
-- of the last minutes' events had failed, if a failure rate is set.
CREATE TABLE health (
    profile_id text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('failing', 'auto-disabled')),
    since bigint NOT NULL,
    failed integer NOT NULL,
    delivery uuid NOT NULL,
    status smallint,
    class text,
    message text NOT NULL,
    recent_failed integer,
    recent_ended integer
);
INSERT INTO health (profile_id, state, since, failed, delivery, message)
SELECT h.profile_id, h.why, h.since, h.failed, h.delivery, coalesce(h.message, '')
FROM hold h JOIN profile p ON p.id = h.profile_id AND p.status = h.why
WHERE h.why = 'auto-disabled' AND h.failed IS NOT NULL AND h.delivery IS NOT NULL;

-- When the health of a profile changed, and to what: the latest turns. `was` and `was_since` are its state before; null:
-- it was well.
CREATE TABLE turn (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    at bigint NOT NULL,
    profile_id text NOT NULL,
    title text NOT NULL,
    kind text NOT NULL,
    was text,
    was_since bigint,
    failed integer NOT NULL,
    delivery uuid NOT NULL,
    status smallint,
    class text,
    message text NOT NULL,
    recent_failed integer,
    recent_ended integer
);
CREATE FUNCTION feed_of_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ringback.feed_profile(NEW.profile_id, NEW.kind, NEW.failed, NEW.delivery, NEW.message);
    RETURN NULL;
END
$$;
-- An auto-disabled profile is reported with the block of its events.
CREATE TRIGGER feed_of_turn AFTER INSERT ON turn FOR EACH ROW WHEN (NEW.kind <> 'auto-disabled')
    EXECUTE FUNCTION feed_of_turn();

-- The last minutes of a queue, while a failure rate is set: a JSON list of [minute, ended, failed].
ALTER TABLE lane ADD COLUMN recent text;
