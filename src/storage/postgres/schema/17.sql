-- Bulk retries and resends: see storage/bulk_actions. `is_over`: it changes no more deliveries.
CREATE TABLE bulk_action (
    id bigint PRIMARY KEY,
    begun_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    is_over boolean NOT NULL DEFAULT false,
    what text NOT NULL,
    wanted bigint NOT NULL,
    retried bigint NOT NULL DEFAULT 0,
    resent bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0
);
-- What each has changed: the position of a retried delivery, or of the new delivery of a resend.
CREATE TABLE bulk_member (
    bulk bigint NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (bulk, seq)
);
CREATE INDEX bulk_member_of ON bulk_member (seq);
