-- The counterparts of profiles on accounts of the platform's API: see storage/remote_links. A link outlives its profile.
CREATE TABLE remote_link (
    account TEXT NOT NULL,
    profile_id TEXT NOT NULL,
    remote_id TEXT,
    creation TEXT,
    seen TEXT NOT NULL,
    PRIMARY KEY (account, profile_id)
) STRICT, WITHOUT ROWID;
