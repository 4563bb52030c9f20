-- What an account has used, from the roll-ups and the tail of what is not rolled up yet: one statement sees each event once.

-- This month, what is stored now, and what is charged of it.
-- name: read_usage
SELECT now(), a.plan, a.spending_cap,
       t.requests, t.searches, t.vectors, t.embeddings, t.tokens, t.vector_hours,
       t.charged_searches, t.charged_vectors, t.charged_tokens, t.charged_vector_hours,
       (SELECT coalesce(sum(n.stored), 0)::bigint FROM collections c
        JOIN collection_counts n ON n.account_no = c.account_no AND n.collection_no = c.collection_no
        WHERE c.account_no = %(account_no)s AND c.env = %(env)s),
       (SELECT count(*) FROM collections c WHERE c.account_no = %(account_no)s AND c.env = %(env)s)
FROM accounts a
CROSS JOIN (
    SELECT coalesce(sum(u.requests), 0)::bigint AS requests,
           coalesce(sum(u.searches), 0)::bigint AS searches,
           coalesce(sum(u.vectors), 0)::bigint AS vectors,
           coalesce(sum(u.embeddings), 0)::bigint AS embeddings,
           coalesce(sum(u.tokens), 0)::bigint AS tokens,
           coalesce(sum(u.vector_hours), 0)::bigint AS vector_hours,
           coalesce(sum(u.searches) FILTER (WHERE u.is_charged), 0)::bigint AS charged_searches,
           coalesce(sum(u.vectors) FILTER (WHERE u.is_charged), 0)::bigint AS charged_vectors,
           coalesce(sum(u.tokens) FILTER (WHERE u.is_charged), 0)::bigint AS charged_tokens,
           coalesce(sum(u.vector_hours) FILTER (WHERE u.is_charged), 0)::bigint AS charged_vector_hours
    FROM (
        SELECT h.is_charged, h.requests, h.searches, h.vectors, h.embeddings, h.tokens, h.vector_hours
        FROM usage_hours h
        WHERE h.account_no = %(account_no)s AND h.env = %(env)s AND h.hour >= date_trunc('month', now(), 'UTC')
        UNION ALL
        SELECT l.is_charged, l.requests, l.searches, l.vectors, l.embeddings, l.tokens, 0
        FROM usage_tail l
        WHERE l.account_no = %(account_no)s AND l.env = %(env)s AND l.occurred_at >= date_trunc('month', now(), 'UTC')
    ) u
) t
WHERE a.account_no = %(account_no)s

-- Each of the last days (UTC), today included, the first one first.
-- name: read_days
SELECT d.day, coalesce(t.requests, 0), coalesce(t.searches, 0), coalesce(t.vectors, 0), coalesce(t.embeddings, 0),
       coalesce(t.tokens, 0), coalesce(t.vector_hours, 0)
FROM (
    SELECT (now() AT TIME ZONE 'UTC')::date - n AS day FROM generate_series(0, %(days)s::integer - 1) n
) d
LEFT JOIN (
    SELECT u.day, sum(u.requests)::bigint AS requests, sum(u.searches)::bigint AS searches,
           sum(u.vectors)::bigint AS vectors, sum(u.embeddings)::bigint AS embeddings, sum(u.tokens)::bigint AS tokens,
           sum(u.vector_hours)::bigint AS vector_hours
    FROM (
        SELECT (h.hour AT TIME ZONE 'UTC')::date AS day, h.requests, h.searches, h.vectors, h.embeddings, h.tokens,
               h.vector_hours
        FROM usage_hours h
        WHERE h.account_no = %(account_no)s AND h.env = %(env)s
          AND h.hour >= date_trunc('day', now(), 'UTC') - (%(days)s::integer - 1) * interval '24 hours'
        UNION ALL
        SELECT (l.occurred_at AT TIME ZONE 'UTC')::date, l.requests, l.searches, l.vectors, l.embeddings, l.tokens, 0
        FROM usage_tail l
        WHERE l.account_no = %(account_no)s AND l.env = %(env)s
          AND l.occurred_at >= date_trunc('day', now(), 'UTC') - (%(days)s::integer - 1) * interval '24 hours'
    ) u
    GROUP BY u.day
) t ON t.day = d.day
ORDER BY d.day

-- The same days apart by endpoint, by key or by both, only where there was something. A key that is gone has no id any more.
-- name: read_parts
SELECT u.day,
       CASE WHEN %(by_endpoint)s THEN u.endpoint END AS endpoint,
       CASE WHEN %(by_key)s THEN k.key_id END AS key_id,
       sum(u.requests)::bigint, sum(u.searches)::bigint, sum(u.vectors)::bigint, sum(u.embeddings)::bigint,
       sum(u.tokens)::bigint
FROM (
    SELECT d.account_no, d.day, d.endpoint, d.key_no, d.requests, d.searches, d.vectors, d.embeddings, d.tokens
    FROM usage_days d
    WHERE d.account_no = %(account_no)s AND d.env = %(env)s
      AND d.day > (now() AT TIME ZONE 'UTC')::date - %(days)s::integer
    UNION ALL
    SELECT l.account_no, (l.occurred_at AT TIME ZONE 'UTC')::date, l.endpoint, l.key_no,
           l.requests, l.searches, l.vectors, l.embeddings, l.tokens
    FROM usage_tail l
    WHERE l.account_no = %(account_no)s AND l.env = %(env)s
      AND l.occurred_at >= date_trunc('day', now(), 'UTC') - (%(days)s::integer - 1) * interval '24 hours'
) u
LEFT JOIN api_keys k ON k.account_no = u.account_no AND k.key_no = u.key_no
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
LIMIT %(limit)s
