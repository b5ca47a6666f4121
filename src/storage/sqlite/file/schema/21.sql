-- Named samples that a person added to an event, or to the default channel: values for tests.
CREATE TABLE own_sample (
    seq INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    vals TEXT NOT NULL,
    UNIQUE (scope, name)
) STRICT;
CREATE TRIGGER own_sample_added AFTER INSERT ON own_sample BEGIN
    UPDATE revision SET variables = variables + 1;
END;
CREATE TRIGGER own_sample_changed AFTER UPDATE ON own_sample BEGIN
    UPDATE revision SET variables = variables + 1;
END;
CREATE TRIGGER own_sample_removed AFTER DELETE ON own_sample BEGIN
    UPDATE revision SET variables = variables + 1;
END;
