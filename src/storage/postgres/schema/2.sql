-- A copy of another database into this one (`ringback db copy`): one at most. `id` is that of the copy, which its
-- source knows too. `read_to` is the last position of the source whose delivery is here, and `written_to` its
-- position here.
CREATE TABLE copied_from (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL,
    source text NOT NULL,
    began_at bigint NOT NULL,
    has_settings boolean NOT NULL DEFAULT false,
    read_to bigint,
    written_to bigint,
    finished_at bigint
);

-- While a copy is unfinished, its source: nobody else works with the database until then.
ALTER TABLE meta ADD COLUMN copying_from text;

-- What is pending in the source, kept from senders until the copy has finished.
CREATE TABLE incoming (
    seq bigint PRIMARY KEY,
    due_at bigint NOT NULL,
    run_id bigint,
    lane integer NOT NULL,
    attempts smallint NOT NULL
);
