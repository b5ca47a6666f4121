-- The counterparts of profiles on accounts of the platform's API: see storage/remote_links. A link outlives its profile.
CREATE TABLE remote_link (
    account text NOT NULL,
    profile_id text NOT NULL,
    remote_id text,
    creation text,
    seen text NOT NULL,
    PRIMARY KEY (account, profile_id)
);
