-- Everything held about an account, a section a statement. Each answers rows behind a position, in the order of the position,
-- and its first columns are the position of the row; what follows are the fields of its line. What only ever grows is read up
-- to as_of, the moment when the export began: so an export ends, whatever happens meanwhile.
-- name: read_account
SELECT a.account_id,
       a.account_id, a.plan, a.status, a.created_at, a.stripe_customer_id, a.subscription_status, a.spending_cap,
       a.payment_overdue_since, %(as_of)s::timestamptz
FROM accounts a
WHERE a.account_no = %(account_no)s AND a.account_id > %(after_0)s
ORDER BY a.account_id LIMIT %(limit)s

-- name: read_users
SELECT u.user_id,
       u.user_id, e.email, u.role, u.created_at, u.confirmed_at, u.password_changed_at, u.accepted_policy, u.accepted_at
FROM users u
LEFT JOIN account_emails e ON e.account_no = u.account_no AND e.user_no = u.user_no
WHERE u.account_no = %(account_no)s AND u.user_id > %(after_0)s
ORDER BY u.user_id LIMIT %(limit)s

-- name: read_sessions
SELECT s.session_id,
       s.session_id, u.user_id, s.created_at, s.last_used_at, s.authenticated_at, s.expires_at, host(s.ip_address)
FROM sessions s
LEFT JOIN users u ON u.account_no = s.account_no AND u.user_no = s.user_no
WHERE s.account_no = %(account_no)s AND s.session_id > %(after_0)s
ORDER BY s.session_id LIMIT %(limit)s

-- name: read_api_keys
SELECT k.key_id,
       k.key_id, 'fv_' || k.env || '_' || k.prefix, k.name, k.env, k.scopes, k.collection,
       k.created_at, k.last_used_at, k.expires_at
FROM api_keys k
WHERE k.account_no = %(account_no)s AND k.key_id > %(after_0)s
ORDER BY k.key_id LIMIT %(limit)s

-- name: read_activity
SELECT y.activity_no,
       y.occurred_at, y.kind, u.user_id, y.session_id, y.key_id, host(y.ip_address)
FROM account_activity y
LEFT JOIN users u ON u.account_no = y.account_no AND u.user_no = y.user_no
WHERE y.account_no = %(account_no)s AND y.activity_no > %(after_0)s AND y.occurred_at <= %(as_of)s::timestamptz
ORDER BY y.activity_no LIMIT %(limit)s

-- name: read_collections
SELECT c.env, c.name,
       c.env, c.name, c.dimension, c.metric, c.description, c.language, c.k1::text::float8, c.b::text::float8,
       c.model, c.model_revision, n.stored, n.pending, c.created_at, c.updated_at
FROM collections c
CROSS JOIN LATERAL (
    SELECT coalesce(sum(s.stored), 0)::bigint AS stored, coalesce(sum(s.pending), 0)::bigint AS pending
    FROM collection_counts s
    WHERE s.account_no = c.account_no AND s.collection_no = c.collection_no
) n
WHERE c.account_no = %(account_no)s AND (c.env, c.name) > (%(after_0)s, %(after_1)s)
ORDER BY c.env, c.name LIMIT %(limit)s

-- The first collection with vectors, the named one or one behind it; the inner order makes every look a look into the index.
-- name: next_collection_with_vectors
SELECT c.collection_no, c.env, c.name, c.dimension, c.metric, c.model, c.model_revision
FROM collections c
CROSS JOIN LATERAL (
    SELECT v.id FROM vectors v
    WHERE v.account_no = c.account_no AND v.collection_no = c.collection_no
    ORDER BY v.namespace, v.id LIMIT 1
) first
WHERE c.account_no = %(account_no)s
  AND ((c.env, c.name) > (%(env)s, %(name)s) OR (%(includes)s AND c.env = %(env)s AND c.name = %(name)s))
ORDER BY c.env, c.name LIMIT 1

-- Said of the day apart from the position: a comparison of rows keeps no partition out.
-- name: read_usage_events
SELECT e.occurred_at, e.event_no,
       e.occurred_at, e.request_id, k.key_id, e.endpoint, e.env, e.plan, e.status, e.latency_ms::text::float8,
       host(e.ip_address), e.requests, e.searches, e.vectors, e.embeddings, e.tokens
FROM (
    SELECT * FROM usage_events u
    WHERE u.account_no = %(account_no)s
      AND u.occurred_at >= %(after_0)s::timestamptz AND u.occurred_at <= %(as_of)s::timestamptz
      AND (u.occurred_at, u.event_no) > (%(after_0)s::timestamptz, %(after_1)s::bigint)
    ORDER BY u.occurred_at, u.event_no LIMIT %(limit)s
) e
LEFT JOIN api_keys k ON k.account_no = e.account_no AND k.key_no = e.key_no
ORDER BY e.occurred_at, e.event_no

-- name: read_usage_hours
SELECT h.hour, h.env, h.plan,
       h.hour AS in_hour, h.env AS in_env, h.plan AS by_plan, h.is_charged, h.requests, h.searches, h.vectors,
       h.embeddings, h.tokens, h.vector_hours
FROM usage_hours h
WHERE h.account_no = %(account_no)s AND h.hour >= %(after_0)s::timestamptz AND h.hour <= %(as_of)s::timestamptz
  AND (h.hour, h.env, h.plan) > (%(after_0)s::timestamptz, %(after_1)s, %(after_2)s)
ORDER BY h.hour, h.env, h.plan LIMIT %(limit)s

-- name: read_usage_days
SELECT d.day::text, d.env, d.plan, d.endpoint, d.key_no,
       d.day::text AS on_day, d.env AS in_env, d.plan AS by_plan, d.endpoint AS at_endpoint, k.key_id,
       d.requests, d.searches, d.vectors, d.embeddings, d.tokens
FROM usage_days d
LEFT JOIN api_keys k ON k.account_no = d.account_no AND k.key_no = d.key_no
WHERE d.account_no = %(account_no)s AND d.day >= %(after_0)s::date AND d.day <= %(as_of)s::timestamptz::date
  AND (d.day, d.env, d.plan, d.endpoint, d.key_no)
      > (%(after_0)s::date, %(after_1)s, %(after_2)s, %(after_3)s, %(after_4)s::bigint)
ORDER BY d.day, d.env, d.plan, d.endpoint, d.key_no LIMIT %(limit)s

-- name: read_quota_notices
SELECT q.month, q.unit, q.most, q.percent,
       q.month AS of_month, q.unit AS of_unit, q.most AS of_most, q.percent AS percent_used
FROM quota_notices q
WHERE q.account_no = %(account_no)s
  AND (q.month, q.unit, q.most, q.percent) > (%(after_0)s::timestamptz, %(after_1)s, %(after_2)s::bigint, %(after_3)s)
ORDER BY q.month, q.unit, q.most, q.percent LIMIT %(limit)s

-- name: read_idempotency_keys
SELECT i.env, i.key_hash,
       i.env, i.holder, i.claimed_at, i.leased_until, i.status, convert_from(i.body, 'UTF8')
FROM idempotency_keys i
WHERE i.account_no = %(account_no)s AND (i.env, i.key_hash) > (%(after_0)s, %(after_1)s::bytea)
ORDER BY i.env, i.key_hash LIMIT %(limit)s

-- name: read_pending_emails
SELECT o.email_no,
       u.user_id, o.kind, o.to_email, o.params::text, o.created_at, o.ready_at, o.attempts
FROM outbox_emails o
LEFT JOIN users u ON u.account_no = o.account_no AND u.user_no = o.user_no
WHERE o.account_no = %(account_no)s AND o.email_no > %(after_0)s
ORDER BY o.email_no LIMIT %(limit)s

-- name: read_notices
SELECT n.user_no, n.kind, n.about,
       u.user_id, n.kind AS notice_kind, n.about AS notice_about, n.noted_at
FROM account_notices n
LEFT JOIN users u ON u.account_no = n.account_no AND u.user_no = n.user_no
WHERE n.account_no = %(account_no)s
  AND (n.user_no, n.kind, n.about) > (%(after_0)s::bigint, %(after_1)s, %(after_2)s)
ORDER BY n.user_no, n.kind, n.about LIMIT %(limit)s

-- A link's own key is the hash of its token, which is nobody's to read: its place is all that is known of it.
-- name: read_links
SELECT DISTINCT l.created_at, l.purpose, l.user_no, l.expires_at, coalesce(l.new_email, '') AS address,
       u.user_id, l.purpose AS link_purpose, l.new_email, l.created_at AS link_created_at, l.expires_at AS link_expires_at
FROM one_time_links l
LEFT JOIN users u ON u.account_no = l.account_no AND u.user_no = l.user_no
WHERE l.account_no = %(account_no)s
  AND (l.created_at, l.purpose, l.user_no, l.expires_at, coalesce(l.new_email, ''))
      > (%(after_0)s::timestamptz, %(after_1)s, %(after_2)s::bigint, %(after_3)s::timestamptz, %(after_4)s)
ORDER BY l.created_at, l.purpose, l.user_no, l.expires_at, address LIMIT %(limit)s
