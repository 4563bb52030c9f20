-- What is pending stands in pending_embeddings: a row there for every vector without an embedding, at every commit. A
-- statement sees other tables as they were when it began, even where it waited for a row meanwhile; so whoever changes
-- vectors does it in one statement and puts the queue right in the next ones (enqueue_pending, dequeue_embedded) of the same
-- transaction, holding the vectors' locks. Locks are taken on vectors first, in the order of their ids, then elsewhere.
--
-- Where a batch is joined with a table, the table's rows are narrowed to the batch's ids as well: without statistics, as a
-- new partition is, PostgreSQL expects one row there and would read the whole collection for each of the batch.

-- Stores a batch in one statement, with its usage event, which counts the rows that were really written. The collection
-- is held FOR KEY SHARE, so it cannot be deleted in the middle; rows are written in the order of their ids, so that two
-- batches of the same ids cannot deadlock. A row is new where it kept the number drawn for it. A row equal to what is
-- stored is locked, but not written again. An embedding stays where the content hash did; an import brings embeddings of
-- texts and times along. The first write into a collection notes its namespace and the mean length of its texts, the first
-- into another namespace that there are several.
-- name: upsert_vectors
WITH collection AS (
    SELECT account_no, collection_no, metric FROM collections
    WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
    FOR KEY SHARE
), input AS MATERIALIZED (
    SELECT sent.*, nextval('vector_row_numbers') AS row_no
    FROM unnest(%(ids)b::text[], %(texts)b::text[], %(raw_values)b::vector[], %(embeddings)b::halfvec[],
                %(metadata)b::jsonb[], %(facets)b::tsvector[], %(content_hashes)b::bytea[],
                %(expires_at)b::timestamptz[], %(created_at)b::timestamptz[], %(updated_at)b::timestamptz[])
         AS sent (id, text, raw_values, embedding, metadata, facets, content_hash, expires_at, created_at, updated_at)
), written AS (
    INSERT INTO vectors AS v
        (account_no, collection_no, namespace, id, row_no, embedding, raw_values, text, content_hash, metadata, facets,
         expires_at, created_at, updated_at)
    SELECT c.account_no, c.collection_no, %(namespace)s, i.id, i.row_no,
           coalesce(i.embedding,
                    CASE WHEN c.metric = 'cosine' THEN l2_normalize(i.raw_values) ELSE i.raw_values END::halfvec),
           i.raw_values, i.text, i.content_hash, i.metadata, i.facets, i.expires_at,
           least(i.created_at, now()), least(i.updated_at, now())
    FROM input i CROSS JOIN collection c
    ORDER BY i.id COLLATE "C"
    ON CONFLICT (account_no, collection_no, namespace, id) DO UPDATE SET
        embedding = CASE WHEN v.content_hash = excluded.content_hash THEN coalesce(v.embedding, excluded.embedding)
                         ELSE excluded.embedding END,
        raw_values = excluded.raw_values,
        text = excluded.text,
        content_hash = excluded.content_hash,
        metadata = excluded.metadata,
        facets = excluded.facets,
        expires_at = excluded.expires_at,
        created_at = least(v.created_at, excluded.created_at),
        updated_at = excluded.updated_at
    WHERE v.account_no = %(account_no)s
      AND ((v.content_hash, v.metadata, v.expires_at)
               IS DISTINCT FROM (excluded.content_hash, excluded.metadata, excluded.expires_at)
           OR v.embedding IS NULL AND excluded.embedding IS NOT NULL)
    RETURNING v.row_no
), counted AS (
    UPDATE collection_counts n SET stored = n.stored + added.rows, removed = n.removed + added.replaced
    FROM (
        SELECT count(i.row_no) AS rows, count(*) - count(i.row_no) AS replaced
        FROM written w LEFT JOIN input i ON i.row_no = w.row_no
    ) added
    WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
      AND added.rows + added.replaced > 0
), noted AS (
    UPDATE collections c
    SET only_namespace = coalesce(c.only_namespace, %(namespace)s),
        has_many_namespaces = c.has_many_namespaces OR coalesce(c.only_namespace <> %(namespace)s, false),
        average_length = coalesce(c.average_length, %(average_length)s::real)
    WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
      AND (c.only_namespace IS NULL OR c.only_namespace <> %(namespace)s AND NOT c.has_many_namespaces
           OR c.average_length IS NULL AND %(average_length)s::real IS NOT NULL)
), metered AS (
    INSERT INTO usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address, requests, vectors,
         ticket_no)
    SELECT c.account_no, %(request_id)s, %(key_no)s, %(endpoint)s, %(env)s, %(plan)s, %(status)s, %(latency_ms)s,
           %(ip_address)s::inet, %(requests)s, (SELECT count(*) FROM written), %(ticket_no)s::bigint
    FROM collection c
)
SELECT (SELECT count(*) FROM collection), (SELECT count(*) FROM written)

-- Queues what of a batch has no embedding, and leases it to the request that sent it. The lease sees the queue as it was
-- before, so it takes what an earlier request left there; what had failed for good begins anew.
-- name: enqueue_pending
WITH added AS (
    INSERT INTO pending_embeddings (account_no, collection_no, namespace, id, ready_at)
    SELECT v.account_no, v.collection_no, v.namespace, v.id, now() + %(lease)s::interval
    FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[]) AND v.embedding IS NULL
      -- Rows of a collection that was deleted a moment ago are still there, but nobody's work.
      AND EXISTS (
          SELECT FROM collections c WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
      )
    ON CONFLICT (account_no, collection_no, namespace, id) DO NOTHING
    RETURNING id
), leased AS (
    UPDATE pending_embeddings
    SET attempts = 0, ready_at = now() + %(lease)s::interval, failures = 0, failed_at = NULL, reason = NULL,
        enqueued_at = CASE WHEN failed_at IS NULL THEN enqueued_at ELSE now() END
    WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s AND namespace = %(namespace)s
      AND id = ANY(%(ids)b::text[])
)
UPDATE collection_counts n SET pending = n.pending + (SELECT count(*) FROM added)
WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
  AND EXISTS (SELECT FROM added)

-- Takes from the queue what of a batch is embedded or gone.
-- name: dequeue_embedded
WITH dequeued AS (
    DELETE FROM pending_embeddings p
    WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
      AND p.id = ANY(%(ids)b::text[])
      AND NOT EXISTS (
          SELECT FROM vectors v
          WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s
            AND v.namespace = %(namespace)s AND v.id = p.id AND v.embedding IS NULL
          OFFSET 0  -- one by one by the key: as a join it may go through the whole batch for each row
      )
    RETURNING p.id
), removed AS (
    SELECT count(*) AS rows FROM dequeued
)
UPDATE collection_counts n SET pending = n.pending - removed.rows
FROM removed
WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
  AND removed.rows > 0

-- Which of a batch still wait for an embedding, the ones of an earlier request that was cut off included.
-- name: list_pending_of_batch
SELECT p.id FROM pending_embeddings p
WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
  AND p.id = ANY(%(ids)b::text[])

-- Writes embeddings back where the text is still the one that was embedded, and meters those and no others: of two
-- who embed the same text, one is billed.
-- name: store_embeddings
WITH input AS (
    SELECT * FROM unnest(%(ids)b::text[], %(content_hashes)b::bytea[], %(embeddings)b::halfvec[], %(tokens)s::integer[])
        AS sent (id, content_hash, embedding, tokens)
), locked AS (
    SELECT v.id, i.embedding, i.tokens FROM vectors v JOIN input i ON i.id = v.id AND i.content_hash = v.content_hash
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[]) AND v.embedding IS NULL
    ORDER BY v.id
    FOR UPDATE OF v
), written AS (
    UPDATE vectors v SET embedding = l.embedding
    FROM locked l
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = l.id AND v.id = ANY(%(ids)b::text[])
    RETURNING v.id, l.tokens
), metered AS (
    INSERT INTO usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address,
         requests, embeddings, tokens, ticket_no)
    SELECT %(account_no)s, %(request_id)s, %(key_no)s, %(endpoint)s, %(env)s, %(plan)s, %(status)s, %(latency_ms)s,
           %(ip_address)s::inet, %(requests)s, count(*), sum(w.tokens), %(ticket_no)s::bigint
    FROM written w HAVING count(*) > 0
)
SELECT id, tokens FROM written

-- What a request leaves behind may be claimed at once. SKIP LOCKED: who holds a row has another plan for it, and to wait
-- for him while holding others would be a deadlock.
-- name: release_pending
WITH mine AS (
    SELECT p.id FROM pending_embeddings p
    WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
      AND p.id = ANY(%(ids)b::text[]) AND p.failed_at IS NULL
    FOR UPDATE SKIP LOCKED
)
UPDATE pending_embeddings p SET ready_at = now()
FROM mine
WHERE p.account_no = %(account_no)s AND p.collection_no = %(collection_no)s AND p.namespace = %(namespace)s
  AND p.id = mine.id AND p.id = ANY(%(ids)b::text[])

-- name: fetch_vectors
SELECT v.id, v.text, v.metadata::text,
       vector_send(coalesce(v.raw_values, v.embedding::vector)),
       v.embedding IS NULL, v.expires_at, v.created_at, v.updated_at,
       CASE WHEN v.embedding IS NULL THEN (
           SELECT p.reason FROM pending_embeddings p
           WHERE p.account_no = v.account_no AND p.collection_no = v.collection_no AND p.namespace = v.namespace
             AND p.id = v.id
       ) END
FROM vectors v
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id = ANY(%(ids)b::text[])
  AND (v.expires_at IS NULL OR v.expires_at > now())

-- Expired rows that wait for the job are deleted too, but no caller is told of them.
-- name: delete_vectors_by_ids
WITH locked AS (
    SELECT v.id FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[])
    ORDER BY v.id
    FOR UPDATE
), gone AS (
    DELETE FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(ARRAY(SELECT l.id FROM locked l))
    RETURNING v.id, v.expires_at IS NULL OR v.expires_at > now() AS was_visible
), counted AS (
    UPDATE collection_counts n
    SET stored = n.stored - (SELECT count(*) FROM gone), removed = n.removed + (SELECT count(*) FROM gone)
    WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
)
SELECT count(*) FROM gone WHERE was_visible

-- Across accounts, for the job: which collections hold expired rows of one leaf.
-- name: list_expired
SELECT v.account_no, v.collection_no, v.namespace, array_agg(v.id) FROM (
    SELECT account_no, collection_no, namespace, id FROM vectors
    WHERE expires_at <= now() LIMIT %(limit)s
) v
GROUP BY v.account_no, v.collection_no, v.namespace

-- name: delete_expired
WITH locked AS (
    SELECT v.id FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[]) AND v.expires_at <= now()
    ORDER BY v.id
    FOR UPDATE
), gone AS (
    DELETE FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(ARRAY(SELECT l.id FROM locked l))
    RETURNING v.id
), counted AS (
    UPDATE collection_counts n
    SET stored = n.stored - (SELECT count(*) FROM gone), removed = n.removed + (SELECT count(*) FROM gone)
    WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
)
SELECT count(*) FROM gone
