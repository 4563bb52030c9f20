-- Vectors in the order of their ids, and how many there are. Functions of the owner find them (migrations 0006, 0007), as
-- for searches; what the answer carries is read here by key.

-- name: count_matching
SELECT count_matching(%(collection_no)s, %(namespace)s, %(facets)s::tsquery, %(filter)s::jsonpath)

-- Rows behind a position as far as their answer has room: the first always, another where those before it take less than
-- max_bytes as it is estimated. Tells how many there were up to the limit, so that the caller knows of the others.
-- name: list_vectors
WITH found AS MATERIALIZED (
    SELECT v.*, 200 + octet_length(v.id) + coalesce(octet_length(v.text), 0) + octet_length(v.metadata)
               + coalesce(octet_length(v.vector), 0) * 5 AS size
    FROM matching_ids(%(collection_no)s, %(namespace)s, %(facets)s::tsquery, %(filter)s::jsonpath, %(prefix)s,
                      %(after)s, %(limit)s) hit (id)
    CROSS JOIN LATERAL (
        SELECT w.id, CASE WHEN %(include_text)s THEN w.text END AS text, w.metadata::text AS metadata,
               CASE WHEN %(include_values)s THEN vector_send(coalesce(w.raw_values, w.embedding::vector)) END AS vector,
               w.embedding IS NULL AS is_pending, w.expires_at, w.created_at, w.updated_at
        FROM vectors w
        WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
          AND w.namespace = %(namespace)s AND w.id = hit.id
        LIMIT 1
    ) v
), placed AS (
    SELECT f.*, sum(f.size) OVER (ORDER BY f.id) - f.size AS before, count(*) OVER () AS found FROM found f
)
SELECT p.found, p.id, p.text, p.metadata, p.vector, p.is_pending, p.expires_at, p.created_at, p.updated_at
FROM placed p
WHERE p.before = 0 OR p.before < %(max_bytes)s
ORDER BY p.id
