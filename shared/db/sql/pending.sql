-- The queue of texts that wait for an embedding, as the job sees it, across accounts.

-- Claims what is ready, by lease: committed before the embedder is called, so a crash only delays.
-- name: claim_pending
UPDATE pending_embeddings p SET ready_at = now() + %(lease)s::interval, attempts = p.attempts + 1
WHERE p.ctid = ANY(ARRAY(
    SELECT ctid FROM pending_embeddings
    WHERE ready_at <= now()
    ORDER BY ready_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
))
RETURNING p.account_no, p.collection_no, p.namespace, p.id

-- The texts of one account's claimed rows, with what its collection and its bill need.
-- name: read_pending_texts
SELECT v.id, v.text, v.content_hash, c.model, c.model_revision, c.env, a.plan
FROM vectors v
JOIN collections c ON c.account_no = v.account_no AND c.collection_no = v.collection_no
JOIN accounts a ON a.account_no = v.account_no
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id = ANY(%(ids)b::text[]) AND v.embedding IS NULL AND v.text IS NOT NULL

-- A failed try waits longer each time: 5 s, 10 s, … up to ten minutes.
-- name: postpone_pending
WITH mine AS (
    SELECT p.id FROM pending_embeddings p
    WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
      AND p.id = ANY(%(ids)b::text[])
    FOR UPDATE SKIP LOCKED
)
UPDATE pending_embeddings p
SET ready_at = now() + least(interval '5 seconds' * 2 ^ least(p.attempts - 1, 7), interval '10 minutes')
FROM mine
WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
  AND p.id = mine.id AND p.id = ANY(%(ids)b::text[])
