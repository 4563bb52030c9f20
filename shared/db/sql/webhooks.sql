-- What Stripe tells. A customer's id, which only Stripe and we know, tells whose it is.

-- name: note_event
SELECT note_stripe_event(%(event_id)s, %(type)s, %(object_id)s, %(created_at)s::timestamptz, %(lease)s::interval)

-- name: claim_event
SELECT event_id, type, object_id, attempts FROM claim_stripe_event(%(lease)s::interval)

-- name: end_event
SELECT end_stripe_event(%(event_id)s, %(attempts)s)

-- name: end_event_with_mail
SELECT end_stripe_event_with_mail(%(event_id)s, %(attempts)s, %(customer_id)s, %(kind)s, %(params)s::jsonb)

-- name: postpone_event
SELECT postpone_stripe_event(%(event_id)s, %(attempts)s)

-- name: find_billed_account
SELECT account_no, billing_version FROM find_billed_account(%(customer_id)s)

-- name: find_billing_address
SELECT find_billing_address(%(customer_id)s)

-- name: apply_subscription
SELECT account_no, payment_overdue_since
FROM apply_subscription(%(customer_id)s, %(version)s::bigint, %(plan)s, %(status)s, %(is_overdue)s::boolean)

-- name: close_erased_customer
SELECT is_erased, is_new FROM close_erased_customer(%(customer_id)s, %(account_id)s)

-- name: forget_customer
SELECT forget_stripe_customer(%(customer_id)s)

-- Events that Stripe lists and nobody delivered; answers how many are new.
-- name: note_missed_events
WITH noted AS (
    INSERT INTO stripe_events (event_id, type, object_id, created_at)
    SELECT m.event_id, m.type, m.object_id, m.created_at
    FROM unnest(%(event_ids)s::text[], %(types)s::text[], %(object_ids)s::text[], %(created_ats)s::timestamptz[])
         AS m (event_id, type, object_id, created_at)
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
)
SELECT count(*) FROM noted

-- Whose turn it is to read the list, and from when on; no row where somebody has set out a moment ago.
-- name: start_reading_events
UPDATE stripe_event_reads SET tried_at = now() WHERE tried_at < now() - %(every)s::interval
RETURNING until_at, now()

-- name: note_events_read
UPDATE stripe_event_reads SET until_at = greatest(until_at, %(until_at)s::timestamptz)

-- Older ones Stripe does not list any more, so nothing brings them back.
-- name: delete_old_events
WITH old AS (
    DELETE FROM stripe_events WHERE event_id = ANY(ARRAY(
        SELECT e.event_id FROM stripe_events e WHERE e.created_at < now() - %(kept)s::interval
        ORDER BY e.created_at LIMIT %(limit)s
    ))
    RETURNING event_id
)
SELECT count(*) FROM old

-- name: measure_events
SELECT count(*), coalesce(extract(epoch FROM now() - min(received_at)), 0)::float8
FROM stripe_events WHERE processed_at IS NULL
