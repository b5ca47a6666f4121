-- The address that a try was sent to, such as 192.0.2.1:443; none where no connection was begun.
ALTER TABLE attempt ADD COLUMN address TEXT;
