-- The feed: what happened. A row for each statement that accepted deliveries or recorded attempts, and for each change of
-- a profile. `xid` is the transaction that wrote it. A reader knows by the snapshot of its last read which transactions
-- it has not seen: those that were open then, and all that began later. So nobody waits for anybody, and nothing is
-- skipped, in whichever order transactions are committed. `id` is the order within a transaction.
--
-- `accepted` are positions of deliveries. `attempted` are those of attempts, and `marks` has for each of them its number
-- times eight, and the state of its delivery afterwards: 1 waiting, 2 delivered, 3 failed, 4 cancelled. `profile` is a
-- JSON object.
CREATE TABLE feed (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    accepted bigint[],
    attempted bigint[],
    marks integer[],
    profile text
);
CREATE INDEX feed_in_order ON feed (xid, id);

-- `id` is that of this feed, and `system` the server whose transactions it names: those of another one, on which the
-- database was restored, have other numbers. `removed_to` is the last transaction of which a row was removed.
CREATE TABLE feed_home (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    system bigint NOT NULL,
    removed_to bigint NOT NULL DEFAULT 0
);
INSERT INTO feed_home (system) SELECT system_identifier FROM pg_control_system();

-- Reports a change of a profile. What a copy of another database inserts is not a change.
CREATE FUNCTION feed_profile(profile_id text, change text, failed integer, delivery uuid, message text)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO ringback.feed (profile)
    SELECT json_build_object('id', profile_id, 'title', (SELECT title FROM ringback.profile WHERE id = profile_id),
        'change', change, 'failed', failed, 'delivery', delivery, 'message', message)::text
    WHERE NOT EXISTS (SELECT FROM ringback.meta WHERE copying_from IS NOT NULL)
$$;

CREATE FUNCTION feed_of_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM ringback.feed_profile(NEW.id, 'created', NULL, NULL, NULL);
    ELSIF (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL) THEN
        PERFORM ringback.feed_profile(NEW.id, CASE WHEN NEW.deleted_at IS NULL THEN 'restored' ELSE 'deleted' END,
            NULL, NULL, NULL);
    ELSIF NEW.status = OLD.status THEN
        -- A change of the status is reported with the block of its events.
        PERFORM ringback.feed_profile(NEW.id, 'changed', NULL, NULL, NULL);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER feed_of_profile AFTER INSERT OR UPDATE ON profile FOR EACH ROW EXECUTE FUNCTION feed_of_profile();

CREATE FUNCTION feed_of_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM ringback.feed_profile(NEW.profile_id, NEW.why, NEW.failed, NEW.delivery, NEW.message);
    -- Neither a block that gave way to another one, nor that of a deleted profile.
    ELSIF OLD.profile_id = '' OR EXISTS (SELECT FROM ringback.profile WHERE id = OLD.profile_id
        AND deleted_at IS NULL AND (OLD.why = 'paused' OR status = 'active')) THEN
        PERFORM ringback.feed_profile(OLD.profile_id, CASE WHEN OLD.why = 'paused' THEN 'resumed' ELSE 'enabled' END,
            NULL, NULL, NULL);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER feed_of_block AFTER INSERT OR DELETE ON hold FOR EACH ROW EXECUTE FUNCTION feed_of_block();
