-- Everything of vectors, behind a position, as far as about max_bytes go: the sizes are added up before anything large is
-- read. The first is read always. Tells how many there were up to the limit, so that the caller knows of the others.
-- name: read_vectors
WITH found AS MATERIALIZED (
    SELECT key.namespace, key.id, s.size
    FROM matching_keys(%(collection_no)s, %(namespace)s::text, %(facets)s::tsquery, %(filter)s::jsonpath,
                       %(after_namespace)s, %(after_id)s, %(limit)s) key
    CROSS JOIN LATERAL (
        SELECT 300 + octet_length(w.id) + coalesce(octet_length(w.text), 0) + octet_length(w.metadata::text)
               + CASE WHEN w.raw_values IS NOT NULL THEN 13 * %(dimension)s
                      WHEN w.embedding IS NOT NULL THEN 3 * %(dimension)s ELSE 0 END AS size
        FROM vectors w
        WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
          AND w.namespace = key.namespace AND w.id = key.id
        LIMIT 1
    ) s
), placed AS (
    SELECT f.namespace, f.id, count(*) OVER () AS found,
           sum(f.size) OVER (ORDER BY f.namespace COLLATE "C", f.id COLLATE "C") - f.size AS before
    FROM found f
)
SELECT p.found, p.namespace, p.id, v.text, v.raw_values::text,
       CASE WHEN v.raw_values IS NULL THEN halfvec_send(v.embedding) END,
       v.metadata::text, v.embedding IS NULL, v.expires_at, v.created_at, v.updated_at
FROM placed p
CROSS JOIN LATERAL (
    SELECT w.text, w.raw_values, w.embedding, w.metadata, w.expires_at, w.created_at, w.updated_at FROM vectors w
    WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
      AND w.namespace = p.namespace AND w.id = p.id
    LIMIT 1
) v
WHERE p.before = 0 OR p.before < %(max_bytes)s
ORDER BY p.namespace COLLATE "C", p.id COLLATE "C"
