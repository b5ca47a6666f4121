-- Named samples that a person added to an event, or to the default channel: values for tests.
CREATE TABLE own_sample (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL,
    name text NOT NULL,
    vals text NOT NULL,
    UNIQUE (scope, name)
);
