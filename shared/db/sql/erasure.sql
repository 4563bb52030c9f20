-- Erasing for good: an account by a function of the owner, what it left by the job, and the ledger of it all.

-- name: erase_account
SELECT erased_from, erased, is_complete FROM erase_account(%(most)s, %(buckets)s::bytea[])

-- name: note_erasure
SELECT note_erasure(%(kind)s, %(subject)s)

-- Across accounts, for the job.
-- name: list_erased_accounts
SELECT account_no FROM erased_accounts ORDER BY erased_at LIMIT %(limit)s

-- A collection of which there is still a row anywhere, tombstone or not; one at a time.
-- name: find_left_collection
SELECT l.collection_no FROM (
    (SELECT v.collection_no FROM vectors v WHERE v.account_no = %(account_no)s LIMIT 1)
    UNION ALL
    (SELECT k.collection_no FROM keywords k WHERE k.account_no = %(account_no)s LIMIT 1)
    UNION ALL
    (SELECT t.collection_no FROM keyword_terms t WHERE t.account_no = %(account_no)s LIMIT 1)
    UNION ALL
    (SELECT p.collection_no FROM pending_embeddings p WHERE p.account_no = %(account_no)s LIMIT 1)
    UNION ALL
    (SELECT d.collection_no FROM deleted_collections d WHERE d.account_no = %(account_no)s LIMIT 1)
) l
LIMIT 1

-- The oldest events, about %(limit)s of them: those of one moment go together.
-- name: delete_events_of_erased_account
WITH gone AS (
    DELETE FROM usage_events u
    WHERE u.account_no = %(account_no)s AND u.occurred_at <= (
        SELECT max(o.occurred_at) FROM (
            SELECT e.occurred_at FROM usage_events e WHERE e.account_no = %(account_no)s
            ORDER BY e.occurred_at LIMIT %(limit)s
        ) o
    )
    RETURNING u.event_no
)
SELECT count(*) FROM gone

-- What those events have added elsewhere, wherever it stands by now.
-- name: delete_usage_of_erased_account
WITH tail AS (
    DELETE FROM usage_tail t WHERE t.account_no = %(account_no)s RETURNING t.tail_no
), hours AS (
    DELETE FROM usage_hours h WHERE h.account_no = %(account_no)s RETURNING h.hour
), days AS (
    DELETE FROM usage_days d WHERE d.account_no = %(account_no)s RETURNING d.day
), tickets_of_it AS (
    DELETE FROM tickets t WHERE t.account_no = %(account_no)s RETURNING t.ticket_no
)
SELECT (SELECT count(*) FROM tail) + (SELECT count(*) FROM hours) + (SELECT count(*) FROM days)
       + (SELECT count(*) FROM tickets_of_it)

-- Stays until nobody can write any more who began before the account was gone, and as long as there is a row.
-- name: forget_erased_account
DELETE FROM erased_accounts
WHERE account_no = %(account_no)s AND erased_at <= now() - %(settled)s::interval
  AND NOT EXISTS (SELECT FROM vectors v WHERE v.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM keywords k WHERE k.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM keyword_terms t WHERE t.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM pending_embeddings p WHERE p.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM deleted_collections d WHERE d.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM usage_events u WHERE u.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM usage_tail t WHERE t.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM usage_hours h WHERE h.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM usage_days d WHERE d.account_no = %(account_no)s)
  AND NOT EXISTS (SELECT FROM tickets t WHERE t.account_no = %(account_no)s)

-- Across accounts, for the job. Tokens and ids of a session go with it (ON DELETE CASCADE).
-- name: delete_expired_sessions
WITH gone AS (
    DELETE FROM sessions s
    WHERE s.expires_at <= now()
      AND s.ctid = ANY(ARRAY(SELECT d.ctid FROM sessions d WHERE d.expires_at <= now() LIMIT %(limit)s))
    RETURNING s.session_no
)
SELECT count(*) FROM gone

-- Across accounts, for the job.
-- name: delete_expired_links
WITH gone AS (
    DELETE FROM one_time_links l
    WHERE l.expires_at <= now()
      AND l.ctid = ANY(ARRAY(SELECT d.ctid FROM one_time_links d WHERE d.expires_at <= now() LIMIT %(limit)s))
    RETURNING l.user_no
)
SELECT count(*) FROM gone

-- The oldest, about %(limit)s of them.
-- name: delete_old_attempts
WITH gone AS (
    DELETE FROM attempts a
    WHERE a.made_at <= now() - %(kept)s::interval AND a.made_at <= (
        SELECT max(o.made_at) FROM (SELECT e.made_at FROM attempts e ORDER BY e.made_at LIMIT %(limit)s) o
    )
    RETURNING a.made_at
)
SELECT count(*) FROM gone

-- name: delete_old_ledger
WITH gone AS (
    DELETE FROM erasure_ledger e
    WHERE e.erased_at <= now() - %(kept)s::interval
      AND e.ctid = ANY(ARRAY(
          SELECT d.ctid FROM erasure_ledger d WHERE d.erased_at <= now() - %(kept)s::interval LIMIT %(limit)s
      ))
    RETURNING e.erasure_no
)
SELECT count(*) FROM gone
