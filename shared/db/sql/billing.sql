-- Subscriptions that are to end because their account is gone. No account is left to name: the job's role reads them all.
-- Whoever claims a row takes the lease and a number (attempts); its later statements find the row only while no one else
-- has claimed it since.

-- name: claim_closure
UPDATE billing_closures b SET ready_at = now() + %(lease)s::interval, attempts = b.attempts + 1
WHERE b.closure_no = ANY(ARRAY(
    SELECT closure_no FROM billing_closures WHERE ready_at <= now() ORDER BY ready_at LIMIT 1 FOR UPDATE SKIP LOCKED
))
RETURNING b.closure_no, b.attempts, b.stripe_customer_id, b.units, b.reports, b.state,
          extract(epoch FROM b.created_at)::float8, extract(epoch FROM clock_timestamp())::float8

-- A report has arrived, of which nobody knew; or so much of it (missing) did not that its units are reported anew.
-- name: note_settled_report
UPDATE billing_closures b
SET reports = (
        SELECT coalesce(jsonb_agg(r.report), '[]') FROM jsonb_array_elements(b.reports) r (report)
        WHERE r.report ->> 'identifier' <> %(identifier)s::text
    ),
    units = CASE WHEN %(missing)s::bigint > 0 THEN b.units || jsonb_build_object(
        %(meter)s::text, coalesce((b.units ->> %(meter)s::text)::bigint, 0) + %(missing)s::bigint
    ) ELSE b.units END
WHERE closure_no = %(closure_no)s AND attempts = %(attempts)s AND state = 'open'
RETURNING closure_no

-- name: note_reported_units
UPDATE billing_closures SET units = units - %(meter)s::text
WHERE closure_no = %(closure_no)s AND attempts = %(attempts)s AND state = 'open'
RETURNING closure_no

-- name: note_reported
UPDATE billing_closures SET state = 'reported', ready_at = now() + %(settle)s::interval
WHERE closure_no = %(closure_no)s AND attempts = %(attempts)s AND state = 'open' AND units = '{}' AND reports = '[]'
RETURNING closure_no

-- A failed try waits longer each time: 30 s, 1 min, … up to an hour.
-- name: postpone_closure
UPDATE billing_closures SET ready_at = now() + least(interval '30 seconds' * 2 ^ least(attempts - 1, 7), interval '1 hour')
WHERE closure_no = %(closure_no)s AND attempts = %(attempts)s

-- name: end_closure
DELETE FROM billing_closures WHERE closure_no = %(closure_no)s AND attempts = %(attempts)s
RETURNING closure_no

-- name: measure_closures
SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 FROM billing_closures
