-- Updates: read, merged outside (facets are reckoned there), written back where nobody changed the row meanwhile. Else the
-- caller reads it again.

-- name: read_vector
SELECT v.metadata::text, v.text, vector_send(v.raw_values), v.content_hash, v.embedding IS NULL, v.expires_at
FROM vectors v
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id = %(id)s AND (v.expires_at IS NULL OR v.expires_at > now())

-- Writes one row as it shall be, if it still is as it was read and differs, with its usage event. As upsert_vectors
-- otherwise. Tells whether the collection is there, whether the row was as read, and whether it was written.
-- name: update_vector
WITH collection AS (
    SELECT account_no, collection_no, metric FROM collections
    WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
    FOR KEY SHARE
), locked AS MATERIALIZED (
    SELECT v.id, c.metric FROM vectors v CROSS JOIN collection c
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = %(id)s AND v.content_hash = %(seen_hash)s AND v.metadata = %(seen)s::jsonb
    FOR UPDATE OF v
), written AS (
    UPDATE vectors v SET
        embedding = CASE WHEN v.content_hash = %(content_hash)s THEN v.embedding
                         WHEN l.metric = 'cosine' THEN l2_normalize(%(raw_values)b::vector)::halfvec
                         ELSE %(raw_values)b::vector::halfvec END,
        raw_values = %(raw_values)b::vector,
        text = %(text)s,
        content_hash = %(content_hash)s,
        metadata = %(metadata)b::jsonb,
        facets = %(facets)b::tsvector,
        updated_at = now()
    FROM locked l
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = %(id)s
      AND (v.content_hash <> %(content_hash)s OR v.metadata <> %(metadata)b::jsonb)
    RETURNING v.id
), counted AS (
    UPDATE collection_counts n SET removed = n.removed + 1
    WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
      AND EXISTS (SELECT FROM written)
), metered AS (
    INSERT INTO usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address, requests, vectors,
         ticket_no)
    SELECT %(account_no)s, %(request_id)s, %(key_no)s, %(endpoint)s, %(env)s, %(plan)s, %(status)s, %(latency_ms)s,
           %(ip_address)s::inet, %(requests)s, (SELECT count(*) FROM written), %(ticket_no)s::bigint
    FROM locked
)
SELECT (SELECT count(*) FROM collection), (SELECT count(*) FROM locked), (SELECT count(*) FROM written)

-- Matching rows whose metadata may become too large, in the order of their ids.
-- name: list_large_matching
SELECT hit.id, v.metadata
FROM matching_ids(%(collection_no)s, %(namespace)s, %(facets)s::tsquery, %(filter)s::jsonpath, '', %(after)s,
                  9223372036854775807) hit (id)
CROSS JOIN LATERAL (
    SELECT w.metadata::text AS metadata FROM vectors w
    WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
      AND w.namespace = %(namespace)s AND w.id = hit.id
    LIMIT 1
) v
WHERE octet_length(v.metadata) + octet_length((%(set_metadata)b::jsonb)::text) > %(max_bytes)s
ORDER BY hit.id COLLATE "C" LIMIT %(limit)s

-- name: list_matching_metadata
SELECT hit.id, v.metadata
FROM matching_ids(%(collection_no)s, %(namespace)s, %(facets)s::tsquery, %(filter)s::jsonpath, '', %(after)s,
                  %(limit)s) hit (id)
CROSS JOIN LATERAL (
    SELECT w.metadata::text AS metadata FROM vectors w
    WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
      AND w.namespace = %(namespace)s AND w.id = hit.id
    LIMIT 1
) v
ORDER BY hit.id COLLATE "C"

-- Those of a batch that were changed by others in between, where the filter still matches them.
-- name: read_metadata_again
SELECT v.id, v.metadata::text FROM vectors v
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id = ANY(%(ids)b::text[]) AND (%(filter)s::jsonpath IS NULL OR v.metadata @@ %(filter)s::jsonpath)
  AND (v.expires_at IS NULL OR v.expires_at > now())
ORDER BY v.id

-- Writes metadata where it still is as it was read, with a usage event of the rows that were written.
-- name: update_metadata
WITH collection AS (
    SELECT account_no FROM collections
    WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
    FOR KEY SHARE
), input AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)b::text[], %(seen)b::jsonb[], %(metadata)b::jsonb[], %(facets)b::tsvector[])
        AS sent (id, seen, metadata, facets)
), locked AS MATERIALIZED (
    SELECT v.id, i.metadata, i.facets FROM collection c CROSS JOIN input i
    JOIN vectors v ON v.id = i.id AND v.metadata = i.seen
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[])
    ORDER BY v.id
    FOR UPDATE OF v
), written AS (
    UPDATE vectors v SET metadata = l.metadata, facets = l.facets, updated_at = now()
    FROM locked l
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = l.id AND v.id = ANY(%(ids)b::text[])
    RETURNING v.id
), counted AS (
    -- An index of embeddings holds such a row twice until it is vacuumed.
    UPDATE collection_counts n SET removed = n.removed + (SELECT count(*) FROM written)
    WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
), metered AS (
    INSERT INTO usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address, requests, vectors,
         ticket_no)
    SELECT %(account_no)s, %(request_id)s, %(key_no)s, %(endpoint)s, %(env)s, %(plan)s, %(status)s, %(latency_ms)s,
           %(ip_address)s::inet, %(requests)s, count(*), %(ticket_no)s::bigint
    FROM written w HAVING count(*) > 0
)
SELECT w.id FROM written w
