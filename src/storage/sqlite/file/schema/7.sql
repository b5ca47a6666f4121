-- The run (`send --from`) that accepted a delivery: a random number; null for all others. It stands at the
-- end of the two indexes that count what is pending, so that a run is counted without reading a row, and no
-- delivery has one index more to be written.
ALTER TABLE delivery ADD COLUMN run_id INTEGER;
DROP INDEX delivery_by_state;
DROP INDEX delivery_by_lane;
CREATE INDEX delivery_by_state ON delivery (state, id, run_id);
CREATE INDEX delivery_by_lane ON delivery (state, lane, id, run_id);
