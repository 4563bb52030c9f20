-- Claims a key for a request. Nobody's is one that was never sent, is older than a day, or whose request died under way; one
-- whose request is another stays as it is. Who waits here waits for a statement, not for the other's work.
-- name: claim_key
INSERT INTO idempotency_keys AS k (account_no, env, key_hash, request_hash, holder, leased_until)
VALUES (%(account_no)s, %(env)s, %(key_hash)s::bytea, %(request_hash)s::bytea, %(holder)s, now() + %(lease)s::interval)
ON CONFLICT (account_no, env, key_hash) DO UPDATE SET
    request_hash = excluded.request_hash,
    holder = excluded.holder,
    claimed_at = now(),
    leased_until = excluded.leased_until,
    status = NULL,
    body = NULL
WHERE k.account_no = %(account_no)s
  AND (k.claimed_at <= now() - %(kept)s::interval
       OR (k.status IS NULL AND k.leased_until <= now() AND k.request_hash = excluded.request_hash))

-- Behind the claim, in a statement of its own: it sees what another request committed while the claim waited.
-- name: get_key
SELECT k.holder = %(holder)s, k.request_hash = %(request_hash)s::bytea, k.leased_until > now(), k.status, k.body
FROM idempotency_keys k
WHERE k.account_no = %(account_no)s AND k.env = %(env)s AND k.key_hash = %(key_hash)s::bytea

-- name: store_answer
UPDATE idempotency_keys k SET status = %(status)s, body = %(body)s::bytea
WHERE k.account_no = %(account_no)s AND k.env = %(env)s AND k.key_hash = %(key_hash)s::bytea
  AND k.holder = %(holder)s

-- name: release_key
DELETE FROM idempotency_keys k
WHERE k.account_no = %(account_no)s AND k.env = %(env)s AND k.key_hash = %(key_hash)s::bytea
  AND k.holder = %(holder)s AND k.status IS NULL

-- Across accounts, for the job.
-- name: delete_old_keys
WITH gone AS (
    DELETE FROM idempotency_keys k
    WHERE k.claimed_at <= now() - %(kept)s::interval
      AND k.ctid = ANY(ARRAY(
          SELECT d.ctid FROM idempotency_keys d WHERE d.claimed_at <= now() - %(kept)s::interval LIMIT %(limit)s
      ))
    RETURNING k.account_no
)
SELECT count(*) FROM gone
