-- Collections of one account are made one after the other, so that each sees how many there are.
-- name: hold_collections
SELECT hold_collections()

-- name: check_collections
SELECT check_collections()

-- name: create_collection
WITH made AS (
    INSERT INTO collections
        (account_no, env, name, dimension, metric, description, language, model, model_revision, k1, b)
    VALUES (%(account_no)s, %(env)s, %(name)s, %(dimension)s, %(metric)s, %(description)s, %(language)s,
            %(model)s, %(model_revision)s, %(k1)s, %(b)s)
    ON CONFLICT (account_no, env, name) DO NOTHING
    RETURNING account_no, collection_no
)
INSERT INTO collection_counts (account_no, collection_no, slot)
SELECT account_no, collection_no, slot FROM made, generate_series(0, %(slots)s - 1) AS slot

-- name: get_collection
SELECT c.name, c.dimension, c.metric, c.description, c.language, c.model, c.model_revision, c.created_at,
       (SELECT coalesce(sum(n.stored), 0)::bigint FROM collection_counts n
        WHERE n.account_no = c.account_no AND n.collection_no = c.collection_no),
       (SELECT coalesce(sum(n.pending), 0)::bigint FROM collection_counts n
        WHERE n.account_no = c.account_no AND n.collection_no = c.collection_no),
       (SELECT count(*) FROM pending_embeddings p
        WHERE p.account_no = c.account_no AND p.collection_no = c.collection_no AND p.failed_at IS NOT NULL),
       (SELECT min(p.enqueued_at) FROM pending_embeddings p
        WHERE p.account_no = c.account_no AND p.collection_no = c.collection_no AND p.failed_at IS NULL),
       c.k1::text::float8, c.b::text::float8,
       CASE WHEN i.collection_no IS NULL THEN 'exact' WHEN i.built_at IS NULL THEN 'building' ELSE 'ready' END, i.rows
FROM collections c
LEFT JOIN collection_indexes i ON i.account_no = c.account_no AND i.collection_no = c.collection_no
WHERE c.account_no = %(account_no)s AND c.env = %(env)s AND c.name = %(name)s

-- name: list_collections
SELECT c.name, c.dimension, c.metric, c.description, c.language, c.model, c.model_revision, c.created_at,
       n.stored, n.pending,
       (SELECT count(*) FROM pending_embeddings p
        WHERE p.account_no = c.account_no AND p.collection_no = c.collection_no AND p.failed_at IS NOT NULL),
       (SELECT min(p.enqueued_at) FROM pending_embeddings p
        WHERE p.account_no = c.account_no AND p.collection_no = c.collection_no AND p.failed_at IS NULL),
       c.k1::text::float8, c.b::text::float8,
       CASE WHEN i.collection_no IS NULL THEN 'exact' WHEN i.built_at IS NULL THEN 'building' ELSE 'ready' END, i.rows
FROM (
    SELECT * FROM collections
    WHERE account_no = %(account_no)s AND env = %(env)s AND name > %(after)s
      AND (%(only)s::text IS NULL OR name = %(only)s::text)
    ORDER BY name LIMIT %(limit)s
) c
CROSS JOIN LATERAL (
    SELECT coalesce(sum(stored), 0)::bigint AS stored, coalesce(sum(pending), 0)::bigint AS pending
    FROM collection_counts
    WHERE account_no = c.account_no AND collection_no = c.collection_no
) n
LEFT JOIN collection_indexes i ON i.account_no = c.account_no AND i.collection_no = c.collection_no
ORDER BY c.name

-- Other words need the catalogue anew, other parameters the weights: that is left to the job, from the start where it was
-- asked for that already. Facets do not depend on the language, so filters use them all the while.
-- name: update_collection
WITH before AS (
    SELECT account_no, collection_no, language, k1, b FROM collections
    WHERE account_no = %(account_no)s AND env = %(env)s AND name = %(name)s
    FOR NO KEY UPDATE
), changed AS (
    UPDATE collections c SET
        description = CASE WHEN %(sets_description)s THEN %(description)s ELSE c.description END,
        language = CASE WHEN %(sets_language)s THEN %(language)s ELSE c.language END,
        k1 = coalesce(%(k1)s::real, c.k1),
        b = coalesce(%(b)s::real, c.b),
        updated_at = now()
    FROM before o
    WHERE c.account_no = %(account_no)s AND c.collection_no = o.collection_no
    RETURNING c.account_no, c.collection_no, c.language IS DISTINCT FROM o.language AS has_other_words,
              (c.k1, c.b) IS DISTINCT FROM (o.k1, o.b) AS has_other_weights
), requested AS (
    INSERT INTO collection_tasks (account_no, collection_no, task)
    SELECT account_no, collection_no, 'catalogue' FROM changed WHERE has_other_words
    UNION ALL
    SELECT account_no, collection_no, 'impacts' FROM changed WHERE has_other_weights
    ON CONFLICT (account_no, collection_no, task) DO UPDATE
        SET after_namespace = '', after_id = '', requested_at = now(), ready_at = now()
)
SELECT collection_no, has_other_words, has_other_weights FROM changed

-- From here on nothing finds the collection; its rows go next, and the tombstone remembers them until they are gone. The
-- ledger remembers the deletion, for whoever restores a backup.
-- name: delete_collection
WITH gone AS (
    DELETE FROM collections
    WHERE account_no = %(account_no)s AND env = %(env)s AND name = %(name)s
    RETURNING account_no, collection_no
), counts AS (
    DELETE FROM collection_counts n USING gone
    WHERE n.account_no = gone.account_no AND n.collection_no = gone.collection_no
), tasks AS (
    DELETE FROM collection_tasks t USING gone
    WHERE t.account_no = gone.account_no AND t.collection_no = gone.collection_no
), indexes AS (
    -- The index itself goes by the hand of the index worker.
    DELETE FROM collection_indexes i USING gone
    WHERE i.account_no = gone.account_no AND i.collection_no = gone.collection_no
), tombstone AS (
    INSERT INTO deleted_collections (account_no, collection_no)
    SELECT account_no, collection_no FROM gone
    RETURNING account_no, collection_no
)
SELECT collection_no, note_erasure('collection', collection_no::text) FROM tombstone

-- name: delete_rows_of_deleted_collection
WITH gone AS (
    DELETE FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s
      -- All rows of a collection lie in one partition, so that a ctid is one row's alone.
      AND v.ctid = ANY(ARRAY(
          SELECT d.ctid FROM vectors d
          WHERE d.account_no = %(account_no)s AND d.collection_no = %(collection_no)s
          LIMIT %(limit)s
          FOR UPDATE
      ))
    RETURNING v.id
)
SELECT count(*) FROM gone

-- name: delete_keywords_of_deleted_collection
WITH gone AS (
    DELETE FROM keywords k
    WHERE k.account_no = %(account_no)s AND k.collection_no = %(collection_no)s
      AND k.ctid = ANY(ARRAY(
          SELECT d.ctid FROM keywords d
          WHERE d.account_no = %(account_no)s AND d.collection_no = %(collection_no)s
          LIMIT %(limit)s
          FOR UPDATE
      ))
    RETURNING k.id
)
SELECT count(*) FROM gone

-- name: delete_terms_of_deleted_collection
WITH gone AS (
    DELETE FROM keyword_terms t
    WHERE t.account_no = %(account_no)s AND t.collection_no = %(collection_no)s
      AND t.ctid = ANY(ARRAY(
          SELECT d.ctid FROM keyword_terms d
          WHERE d.account_no = %(account_no)s AND d.collection_no = %(collection_no)s
          LIMIT 10 * %(limit)s
          FOR UPDATE
      ))
    RETURNING t.term
)
SELECT count(*) FROM gone

-- name: dequeue_deleted_collection
DELETE FROM pending_embeddings WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s

-- The tombstone stays as long as there is a row.
-- name: forget_deleted_collection
DELETE FROM deleted_collections
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
  AND NOT EXISTS (
      SELECT FROM vectors v WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s
  )
  AND NOT EXISTS (
      SELECT FROM keywords k WHERE k.account_no = %(account_no)s AND k.collection_no = %(collection_no)s
  )
  AND NOT EXISTS (
      SELECT FROM keyword_terms t WHERE t.account_no = %(account_no)s AND t.collection_no = %(collection_no)s
  )
RETURNING collection_no

-- Across accounts, for the job.
-- name: list_deleted_collections
SELECT account_no, collection_no FROM deleted_collections ORDER BY deleted_at LIMIT %(limit)s
