-- Facets and words of rows that are stored already, reckoned anew page by page along the key.

-- name: read_rows
SELECT v.namespace, v.id, v.metadata::text, v.text, v.content_hash, v.expires_at, k.length, k.terms, k.frequencies
FROM vectors v
LEFT JOIN keywords k
    ON k.account_no = %(account_no)s AND k.collection_no = %(collection_no)s AND k.namespace = v.namespace AND k.id = v.id
   AND k.content_hash = v.content_hash
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s
  AND (v.namespace, v.id) > (%(after_namespace)s, %(after_id)s)
ORDER BY v.namespace, v.id LIMIT %(limit)s

-- The first mean length that weights are reckoned with, where there is none yet.
-- name: note_average_length
UPDATE collections SET average_length = coalesce(average_length, %(average_length)s::real)
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
RETURNING average_length

-- Locks a batch, and stores the facets of what still has the metadata that they were taken from.
-- name: store_facets
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)b::text[], %(seen)b::jsonb[], %(facets)b::tsvector[]) AS sent (id, seen, facets)
), locked AS MATERIALIZED (
    SELECT v.id, i.facets, v.metadata = i.seen AND v.facets IS DISTINCT FROM i.facets AS differs
    FROM input i JOIN vectors v ON v.id = i.id
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[])
    ORDER BY v.id
    FOR UPDATE OF v
), written AS (
    UPDATE vectors v SET facets = l.facets
    FROM locked l
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = l.id AND v.id = ANY(%(ids)b::text[]) AND l.differs
    RETURNING v.id
), counted AS (
    UPDATE collection_counts n SET removed = n.removed + (SELECT count(*) FROM written)
    WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
      AND EXISTS (SELECT FROM written)
)
SELECT count(*) FROM written

-- Takes out the words of a batch, where they are of the text that was read: the rows are locked, so that nobody puts others
-- in before the new ones come.
-- name: remove_words
WITH gone AS (
    DELETE FROM keywords k
    USING unnest(%(ids)b::text[], %(content_hashes)b::bytea[]) AS i (id, content_hash)
    WHERE k.account_no = %(account_no)s AND k.collection_no = %(collection_no)s AND k.namespace = %(namespace)s
      AND k.id = ANY(%(ids)b::text[]) AND k.id = i.id AND k.content_hash = i.content_hash
    RETURNING k.length, k.terms
), uncounted AS (
    INSERT INTO keyword_terms (account_no, collection_no, term, documents, impact)
    SELECT %(account_no)s, %(collection_no)s, t.term, -count(*), 0
    FROM gone, unnest(gone.terms) AS t (term)
    GROUP BY t.term
)
UPDATE collection_counts n SET documents = n.documents - g.documents, words = n.words - g.words
FROM (SELECT count(*) AS documents, sum(length) AS words FROM gone) g
WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
  AND g.documents > 0

-- name: set_catalogued
UPDATE collections SET is_catalogued = true
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
