-- The outbox of Stripe's meters: what was used, an event a row. Whoever claims a row takes the lease and a number (attempts).

-- name: queue_reports
SELECT queue_meter_reports(%(limit)s, %(settled)s::interval, %(oldest)s::interval)

-- name: claim_reports
SELECT account_no, meter, hour, revision, value, identifier, stripe_customer_id, attempts, was_sent, age_s, known
FROM claim_meter_reports(%(limit)s, %(lease)s::interval, %(oldest)s::interval)

-- Whoever was answered knows it for good, whoever has claimed the row since.
-- name: acknowledge_report
UPDATE meter_reports r SET state = 'acknowledged'
WHERE r.account_no = %(account_no)s AND r.meter = %(meter)s AND r.hour = to_timestamp(%(hour)s)
  AND r.revision = %(revision)s AND r.state IN ('sent', 'refused')
RETURNING r.revision

-- %(arrived)s of its value, which is not nothing, has arrived; the rest is a revision of its own.
-- name: settle_report
WITH settled AS (
    UPDATE meter_reports r SET state = 'settled', value = %(arrived)s
    WHERE r.account_no = %(account_no)s AND r.meter = %(meter)s AND r.hour = to_timestamp(%(hour)s)
      AND r.revision = %(revision)s AND r.state = 'sent' AND r.attempts = %(attempts)s
    RETURNING r.account_no, r.meter, r.hour
), rest AS (
    INSERT INTO meter_reports (account_no, meter, hour, revision, value, identifier)
    SELECT s.account_no, s.meter, s.hour, n.revision, %(missing)s,
           meter_identifier(%(customer_id)s, s.meter, s.hour, n.revision)
    FROM settled s
    CROSS JOIN LATERAL (
        SELECT max(q.revision) + 1 AS revision FROM meter_reports q
        WHERE q.account_no = s.account_no AND q.meter = s.meter AND q.hour = s.hour
    ) n
    WHERE %(missing)s::bigint > 0
)
SELECT count(*) FROM settled

-- Waits longer each time: 30 s, 1 min, … up to an hour. What never was under way is refused, all else as open as before.
-- name: postpone_report
UPDATE meter_reports r
SET state = CASE WHEN %(is_refused)s THEN 'refused' ELSE r.state END,
    ready_at = now() + least(interval '30 seconds' * 2 ^ least(r.attempts - 1, 7), interval '1 hour')
WHERE r.account_no = %(account_no)s AND r.meter = %(meter)s AND r.hour = to_timestamp(%(hour)s)
  AND r.revision = %(revision)s AND r.state = 'sent' AND r.attempts = %(attempts)s
RETURNING r.revision

-- name: measure_reports
SELECT waiting, sent, refused, oldest_s, too_old FROM measure_meter_reports(%(oldest)s::interval)

-- Across accounts, for the job: what has arrived, of hours to which nothing is added any more.
-- name: delete_old_reports
WITH gone AS (
    DELETE FROM meter_reports r
    WHERE r.state IN ('acknowledged', 'settled') AND r.hour <= now() - %(kept)s::interval
      AND r.ctid = ANY(ARRAY(
          SELECT d.ctid FROM meter_reports d
          WHERE d.state IN ('acknowledged', 'settled') AND d.hour <= now() - %(kept)s::interval LIMIT %(limit)s
      ))
    RETURNING r.revision
)
SELECT count(*) FROM gone
