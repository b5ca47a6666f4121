-- A log of a million deliveries of fifty profiles in nine days, of which the last ten thousand are pending: one in 33 has
-- failed, half of these by a timeout and one in 300 with 404; one in 1000 was cancelled, one in 5000 delivered with 202.
SET search_path = ringback;
SET synchronous_commit = off;
SELECT make_days(current_date - 9, current_date);
CREATE TEMPORARY TABLE log AS SELECT n, first_position(current_date - 9) + n * 777600::bigint * 2048 AS seq,
  (extract(epoch FROM current_date - 9) * 1000 + n * 777.6)::bigint AS at FROM generate_series(0, 999999) n;
INSERT INTO clock_skew SELECT DISTINCT (seq >> 11) / 86400000000, 1001 FROM log;
INSERT INTO lane (profile_id, origin, by_hand)
  SELECT 'IN_00000000-0000-4000-8000-0000000000' || to_char(n, 'FM00'), 'https://' || n || '.example', false
  FROM generate_series(1, 50) n;
INSERT INTO delivery (seq, id, lane, accepted_at, retry_count, interval_s, timeout_ms, was_tested, kind, backoff, title,
  event, method, url, headers, vals, body)
SELECT seq, (lpad(to_hex(at), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, n * 7919::bigint % 50 + 1, at,
  2, 10, 5000, false, 'event', 'fixed', 'Order updates', 'sms-send', 'POST', 'https://hooks.example/callback/' || n,
  '[["content-type","application/json"],["user-agent","ringback/0.1"]]', vals, convert_to(vals, 'UTF8')
FROM (SELECT *, '{"id":"ee8a1c52-90aa-4c0e-a5ff-9b717aa9130d:' || n || '","status":"DELIVRD","recipient":"+919800000083",'
  || '"message":"Hi there, your order has shipped!"}' AS vals FROM log) l;
INSERT INTO ended (seq, ended_at, lane, ms, state, attempts, status, class, message)
SELECT seq, at + 5, n * 7919::bigint % 50 + 1, 5,
  CASE WHEN n % 33 = 0 THEN 3 WHEN n % 1000 = 1 THEN 4 ELSE 2 END, 1,
  CASE WHEN n % 33 <> 0 THEN CASE WHEN n % 5000 = 7 THEN 202 ELSE 200 END
    WHEN n % 9900 = 0 THEN 404 WHEN n % 66 <> 0 THEN 500 END,
  CASE WHEN n % 33 = 0 THEN CASE WHEN n % 66 = 0 AND n % 9900 <> 0 THEN 'timeout' ELSE 'status' END END,
  CASE WHEN n % 33 = 0 THEN 'the endpoint failed' END
FROM log WHERE n < 990000;
INSERT INTO attempt (seq, n, started_at, duration_ms, status, class, message, address, sender, response_cut,
  response_headers, response_body)
SELECT seq, 1, ended_at - 5, 5, status, class, message, '127.0.0.1:8080', 'host/123/4', false,
  '[["content-type","text/plain"]]', 'ok, taken' FROM ended;
INSERT INTO pending (seq, lane, due_at, attempts)
SELECT seq, n * 7919::bigint % 50 + 1, at, CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END FROM log WHERE n >= 990000;
INSERT INTO attempt (seq, n, started_at, duration_ms, status, class, message, response_cut, response_headers,
  response_body)
SELECT seq, 1, due_at, 5, 503, 'status', '503', false, '[]', 'busy' FROM pending WHERE attempts = 1;
UPDATE tally SET queued = 9000, waiting = 1000, delivered = (SELECT count(*) FROM ended WHERE state = 2),
  failed = (SELECT count(*) FROM ended WHERE state = 3), cancelled = (SELECT count(*) FROM ended WHERE state = 4)
  WHERE slot = 0;
ANALYZE;
