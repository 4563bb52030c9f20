-- name: create_collection
WITH made AS (
    INSERT INTO collections (account_no, env, name, dimension, metric, description, language, model, model_revision)
    VALUES (%(account_no)s, %(env)s, %(name)s, %(dimension)s, %(metric)s, %(description)s, %(language)s,
            %(model)s, %(model_revision)s)
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
        WHERE n.account_no = c.account_no AND n.collection_no = c.collection_no)
FROM collections c
WHERE c.account_no = %(account_no)s AND c.env = %(env)s AND c.name = %(name)s

-- name: list_collections
SELECT c.name, c.dimension, c.metric, c.description, c.language, c.model, c.model_revision, c.created_at,
       n.stored, n.pending
FROM (
    SELECT * FROM collections
    WHERE account_no = %(account_no)s AND env = %(env)s AND name > %(after)s
    ORDER BY name LIMIT %(limit)s
) c
CROSS JOIN LATERAL (
    SELECT coalesce(sum(stored), 0)::bigint AS stored, coalesce(sum(pending), 0)::bigint AS pending
    FROM collection_counts
    WHERE account_no = c.account_no AND collection_no = c.collection_no
) n
ORDER BY c.name

-- From here on nothing finds the collection; its rows go next, and the tombstone remembers them until they are gone.
-- name: delete_collection
WITH gone AS (
    DELETE FROM collections
    WHERE account_no = %(account_no)s AND env = %(env)s AND name = %(name)s
    RETURNING account_no, collection_no
), counts AS (
    DELETE FROM collection_counts n USING gone
    WHERE n.account_no = gone.account_no AND n.collection_no = gone.collection_no
)
INSERT INTO deleted_collections (account_no, collection_no)
SELECT account_no, collection_no FROM gone
RETURNING collection_no

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

-- name: dequeue_deleted_collection
DELETE FROM pending_embeddings WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s

-- The tombstone stays as long as there is a row.
-- name: forget_deleted_collection
DELETE FROM deleted_collections
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
  AND NOT EXISTS (
      SELECT FROM vectors v WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s
  )
RETURNING collection_no

-- Across accounts, for the job.
-- name: list_deleted_collections
SELECT account_no, collection_no FROM deleted_collections ORDER BY deleted_at LIMIT %(limit)s
