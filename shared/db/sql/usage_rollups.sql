-- The job that moves usage from the tail into the roll-ups, and what depends on it.

-- Across accounts, for the job: an event leaves the tail and is added in the same statement, so it is always counted once,
-- wherever a run stops and however many run. Rows that another run holds are that run's. Rows are added in the order of their
-- keys, so runs do not wait for one another in circles.
-- name: roll_up
WITH taken AS (
    DELETE FROM usage_tail u
    WHERE u.ctid = ANY(ARRAY(
        SELECT t.ctid FROM usage_tail t ORDER BY t.account_no, t.tail_no LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ))
    RETURNING u.account_no, u.occurred_at, u.env, u.plan, u.is_charged, u.endpoint, u.key_no,
              u.requests, u.searches, u.vectors, u.embeddings, u.tokens
), hours AS (
    INSERT INTO usage_hours AS h (account_no, hour, env, plan, is_charged, requests, searches, vectors, embeddings, tokens)
    SELECT t.account_no, date_trunc('hour', t.occurred_at, 'UTC') AS hour, t.env, t.plan, bool_and(t.is_charged),
           sum(t.requests), sum(t.searches), sum(t.vectors), sum(t.embeddings), sum(t.tokens)
    FROM taken t
    GROUP BY t.account_no, date_trunc('hour', t.occurred_at, 'UTC'), t.env, t.plan
    ORDER BY t.account_no, hour, t.env, t.plan
    ON CONFLICT (account_no, hour, env, plan) DO UPDATE SET
        requests = h.requests + excluded.requests, searches = h.searches + excluded.searches,
        vectors = h.vectors + excluded.vectors, embeddings = h.embeddings + excluded.embeddings,
        tokens = h.tokens + excluded.tokens, is_reported = false, is_checked = false
), days AS (
    INSERT INTO usage_days AS d (account_no, day, env, plan, endpoint, key_no,
                                 requests, searches, vectors, embeddings, tokens)
    SELECT t.account_no, (t.occurred_at AT TIME ZONE 'UTC')::date AS day, t.env, t.plan, t.endpoint, t.key_no,
           sum(t.requests), sum(t.searches), sum(t.vectors), sum(t.embeddings), sum(t.tokens)
    FROM taken t
    GROUP BY t.account_no, (t.occurred_at AT TIME ZONE 'UTC')::date, t.env, t.plan, t.endpoint, t.key_no
    ORDER BY t.account_no, day, t.env, t.plan, t.endpoint, t.key_no
    ON CONFLICT (account_no, day, env, plan, endpoint, key_no) DO UPDATE SET
        requests = d.requests + excluded.requests, searches = d.searches + excluded.searches,
        vectors = d.vectors + excluded.vectors, embeddings = d.embeddings + excluded.embeddings,
        tokens = d.tokens + excluded.tokens
)
SELECT count(*) FROM taken

-- name: count_storage
SELECT count_storage(%(limit)s::integer)

-- name: check_quotas
SELECT check_quotas(%(limit)s::integer)
