-- The one statement that runs before an account is known: a function of the owner, by the hash of a key or the id of a session.

-- name: admit
SELECT account_no, account_id, plan, key_no, key_id, env, scopes, only_collection, user_no, session_no, authenticated_at,
       refusal, wait_s, ticket_no, rate, burst, key_share, account_remaining, account_reset_s, key_remaining, key_reset_s,
       tokens_per_minute, tokens_remaining, tokens_reset_s, is_near,
       collection_no, dimension, metric, model, model_revision,
       language, k1, b, average_length, is_indexed, has_many_namespaces, is_catalogued
FROM admit_request(%(key_hash)s::bytea, %(session_id)s::text, %(collection)s::text, %(address)s::bytea,
                   %(tries_per_s)s::float8, %(kind)s::text, %(cost)s::float8, %(searches)s::bigint, %(vectors)s::bigint,
                   %(tokens)s::bigint, %(takes)s::boolean)

-- For work that an earlier request left to a job, or whose size shows only as it goes.
-- name: reserve_work
SELECT refusal, wait_s, ticket_no, is_near
FROM reserve_work(%(env)s::text, NULL, 'job', 0, %(searches)s::bigint, %(vectors)s::bigint, %(tokens)s::bigint, true)

-- name: end_ticket
SELECT end_ticket(%(env)s::text, %(ticket_no)s::bigint)

-- name: check_stored_limit
SELECT check_stored_limit()

-- Buckets that have been full for an hour say what no row says; times are seconds from the beginning of 2026, as admission's.
-- One that is used meanwhile lies elsewhere then, and stays.
-- name: delete_full_key_buckets
WITH gone AS (
    DELETE FROM key_meters k
    WHERE k.ctid = ANY(ARRAY(
        SELECT o.ctid FROM key_meters o
        WHERE greatest(o.read_at, o.write_at) < extract(epoch FROM now() - timestamptz '2026-01-01Z') - 3600
        LIMIT %(limit)s
    ))
    RETURNING k.key_no
)
SELECT count(*) FROM gone

-- name: delete_full_stranger_buckets
WITH gone AS (
    DELETE FROM stranger_meters s
    WHERE s.ctid = ANY(ARRAY(
        SELECT o.ctid FROM stranger_meters o
        WHERE o.at < extract(epoch FROM now() - timestamptz '2026-01-01Z') - 3600
        LIMIT %(limit)s
    ))
    RETURNING s.bucket
)
SELECT count(*) FROM gone

-- name: ping
SELECT 1
