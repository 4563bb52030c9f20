-- What an account pays, and by which customer of Stripe's.

-- The month so far: what is charged of it, and what is stored now. Only live data is ever charged.
-- name: read_billing
SELECT now(), a.plan, a.status, a.subscription_status, a.stripe_customer_id, a.spending_cap, a.payment_overdue_since,
       t.searches, t.vectors, t.tokens, t.vector_hours,
       (SELECT coalesce(sum(n.stored), 0)::bigint FROM collections c
        JOIN collection_counts n ON n.account_no = c.account_no AND n.collection_no = c.collection_no
        WHERE c.account_no = %(account_no)s AND c.env = 'live')
FROM accounts a
CROSS JOIN (
    SELECT coalesce(sum(u.searches), 0)::bigint AS searches, coalesce(sum(u.vectors), 0)::bigint AS vectors,
           coalesce(sum(u.tokens), 0)::bigint AS tokens, coalesce(sum(u.vector_hours), 0)::bigint AS vector_hours
    FROM (
        SELECT h.searches, h.vectors, h.tokens, h.vector_hours
        FROM usage_hours h
        WHERE h.account_no = %(account_no)s AND h.env = 'live' AND h.is_charged
          AND h.hour >= date_trunc('month', now(), 'UTC')
        UNION ALL
        SELECT l.searches, l.vectors, l.tokens, 0
        FROM usage_tail l
        WHERE l.account_no = %(account_no)s AND l.env = 'live' AND l.is_charged
          AND l.occurred_at >= date_trunc('month', now(), 'UTC')
    ) u
) t
WHERE a.account_no = %(account_no)s

-- name: set_spending_cap
UPDATE accounts SET spending_cap = %(spending_cap)s::bigint WHERE account_no = %(account_no)s
RETURNING account_no

-- name: read_customer
SELECT a.stripe_customer_id, e.email, a.billing_version
FROM accounts a
JOIN users u ON u.account_no = a.account_no AND u.role = 'owner'
JOIN account_emails e ON e.account_no = u.account_no AND e.user_no = u.user_no
WHERE a.account_no = %(account_no)s AND u.confirmed_at IS NOT NULL

-- name: keep_customer
SELECT keep_stripe_customer(%(stripe_customer_id)s)
