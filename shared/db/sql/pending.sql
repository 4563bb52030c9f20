-- The queue of texts that wait for an embedding, as the job sees it, across accounts.

-- Claims what is ready, by lease: committed before the embedder is called, so a crash only delays. What has failed for good
-- is never ready.
-- name: claim_pending
UPDATE pending_embeddings p SET ready_at = now() + %(lease)s::interval, attempts = p.attempts + 1
WHERE p.ctid = ANY(ARRAY(
    SELECT ctid FROM pending_embeddings
    WHERE ready_at <= now() AND failed_at IS NULL
    ORDER BY ready_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
))
RETURNING p.account_no, p.collection_no, p.namespace, p.id

-- The texts of one account's claimed rows, with what its collection and its bill need.
-- name: read_pending_texts
SELECT v.id, v.text, v.content_hash, p.failures, c.model, c.model_revision, c.env, a.plan
FROM vectors v
JOIN pending_embeddings p
  ON p.account_no = v.account_no AND p.collection_no = v.collection_no AND p.namespace = v.namespace AND p.id = v.id
JOIN collections c ON c.account_no = v.account_no AND c.collection_no = v.collection_no
JOIN accounts a ON a.account_no = v.account_no
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id = ANY(%(ids)b::text[]) AND v.embedding IS NULL AND v.text IS NOT NULL

-- A failed try waits longer each time: 5 s, 10 s, … up to ten minutes.
-- name: postpone_pending
WITH mine AS (
    SELECT p.id FROM pending_embeddings p
    WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
      AND p.id = ANY(%(ids)b::text[]) AND p.failed_at IS NULL
    FOR UPDATE SKIP LOCKED
)
UPDATE pending_embeddings p
SET ready_at = now() + least(interval '5 seconds' * 2 ^ least(p.attempts - 1, 7), interval '10 minutes')
FROM mine
WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
  AND p.id = mine.id AND p.id = ANY(%(ids)b::text[])

-- What a quota or a cap leaves no units for waits for the next month; whoever changes the account's plan or cap wakes it.
-- name: postpone_to_next_month
WITH mine AS (
    SELECT p.id FROM pending_embeddings p
    WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
      AND p.id = ANY(%(ids)b::text[]) AND p.failed_at IS NULL
    FOR UPDATE SKIP LOCKED
)
UPDATE pending_embeddings p
SET ready_at = (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
FROM mine
WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
  AND p.id = mine.id AND p.id = ANY(%(ids)b::text[])

-- Notes that an embedding failed, where the text is still the one that was tried: the vectors are locked first, as whoever
-- changes them does. At gives_up_at failures (NULL: never) the row has failed for good; up to then they go up to `most`.
-- name: note_failures
WITH tried AS (
    SELECT * FROM unnest(%(ids)b::text[], %(content_hashes)b::bytea[]) AS sent (id, content_hash)
), locked AS (
    SELECT v.id FROM vectors v JOIN tried t ON t.id = v.id AND t.content_hash = v.content_hash
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[]) AND v.embedding IS NULL
    ORDER BY v.id
    FOR UPDATE OF v
)
UPDATE pending_embeddings p
SET failures = greatest(p.failures, least(p.failures + 1, %(most)s)),
    failed_at = CASE WHEN p.failures + 1 >= %(gives_up_at)s::integer THEN now() END,
    reason = CASE WHEN p.failures + 1 >= %(gives_up_at)s::integer THEN %(reason)s::text END,
    ready_at = CASE WHEN p.failures + 1 >= %(gives_up_at)s::integer THEN 'infinity' ELSE p.ready_at END
FROM locked l
WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
  AND p.id = l.id AND p.id = ANY(%(ids)b::text[]) AND p.failed_at IS NULL
RETURNING p.id, p.failed_at IS NOT NULL

-- Across accounts, for the job: what waits, since when, and what waits no more.
-- name: measure_queue
SELECT count(*) FILTER (WHERE failed_at IS NULL),
       coalesce(extract(epoch FROM now() - min(enqueued_at) FILTER (WHERE failed_at IS NULL)), 0)::float8,
       count(*) FILTER (WHERE failed_at IS NOT NULL)
FROM pending_embeddings
