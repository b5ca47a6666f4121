-- The way back from a resend: by the position of the new delivery, the id of the one that it resends, which may have left
-- the log. The way there is `delivery.again`, which only knows the last resend. Not filled for resends made before: the
-- log would have to be read as a whole.
CREATE TABLE resend (
    seq bigint PRIMARY KEY,
    earlier uuid NOT NULL
);
CREATE INDEX resend_of ON resend (earlier, seq);
