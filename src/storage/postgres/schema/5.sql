-- Where the process of a sender serves the HTTP API; none if it does not.
ALTER TABLE sender ADD COLUMN api text;
ALTER TABLE revision ADD COLUMN apis bigint NOT NULL DEFAULT 0;
