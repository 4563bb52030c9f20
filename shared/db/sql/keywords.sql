-- The words of texts. As with the queue of pending texts, who changed vectors puts the words right in the next statements of
-- the same transaction, holding the vectors' locks: first what is stale goes, then what is missing comes.

-- Takes out the words of what of a batch is gone or has another text or end.
-- name: remove_stale_keywords
WITH stale AS (
    DELETE FROM keywords k
    WHERE k.account_no = %(account_no)s AND k.collection_no = %(collection_no)s AND k.namespace = %(namespace)s
      AND k.id = ANY(%(ids)b::text[])
      AND NOT EXISTS (
          SELECT FROM vectors v
          WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s
            AND v.namespace = %(namespace)s AND v.id = k.id
            AND v.content_hash = k.content_hash AND v.expires_at IS NOT DISTINCT FROM k.expires_at
          OFFSET 0  -- one by one by the key: as a join it may go through the whole batch for each row
      )
    RETURNING k.length, k.terms
), uncounted AS (
    INSERT INTO keyword_terms (account_no, collection_no, term, documents, impact)
    SELECT %(account_no)s, %(collection_no)s, t.term, -count(*), 0
    FROM stale, unnest(stale.terms) AS t (term)
    GROUP BY t.term
)
UPDATE collection_counts n SET documents = n.documents - s.documents, words = n.words - s.words
FROM (SELECT count(*) AS documents, sum(length) AS words FROM stale) s
WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
  AND s.documents > 0

-- Stores the words of what of a batch has the text that they were taken from, and has none yet. The terms of all texts
-- stand in one array, of which each takes its part.
-- name: add_keywords
WITH input AS (
    SELECT * FROM unnest(%(text_ids)b::text[], %(text_hashes)b::bytea[], %(lengths)s::integer[],
                         %(impacts)b::sparsevec[], %(firsts)b::integer[], %(lasts)b::integer[])
        AS sent (id, content_hash, length, impacts, first, last)
), added AS (
    INSERT INTO keywords
        (account_no, collection_no, namespace, id, length, average_length, k1, b, content_hash, expires_at,
         impacts, terms, frequencies)
    SELECT v.account_no, v.collection_no, v.namespace, v.id, i.length, %(average_length)s, %(k1)s, %(b)s,
           v.content_hash, v.expires_at, i.impacts, (%(numbers)b::integer[])[i.first:i.last], (%(frequencies)b::smallint[])[i.first:i.last]
    FROM input i JOIN vectors v ON v.id = i.id AND v.content_hash = i.content_hash
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(text_ids)b::text[])
    ORDER BY v.id
    ON CONFLICT (account_no, collection_no, namespace, id) DO NOTHING
    RETURNING length, terms, frequencies
), counted_terms AS (
    INSERT INTO keyword_terms (account_no, collection_no, term, documents, impact)
    SELECT %(account_no)s, %(collection_no)s, u.term, count(*),
           max(u.frequency / (u.frequency + %(k1)s * (1 - %(b)s + %(b)s * a.length / %(average_length)s)))
    FROM added a, unnest(a.terms, a.frequencies) AS u (term, frequency)
    GROUP BY u.term
    RETURNING term
), merging AS (
    -- Once in about 20,000 rows of terms they are put together: by chance, so that nobody has to count.
    INSERT INTO collection_tasks (account_no, collection_no, task)
    SELECT %(account_no)s, %(collection_no)s, 'terms' FROM (SELECT count(*) AS rows FROM counted_terms) c
    WHERE random() < c.rows / 20000.0
    ON CONFLICT DO NOTHING
)
UPDATE collection_counts n SET documents = n.documents + s.documents, words = n.words + s.words
FROM (SELECT count(*) AS documents, sum(length) AS words FROM added) s
WHERE n.account_no = %(account_no)s AND n.collection_no = %(collection_no)s AND n.slot = %(slot)s
  AND s.documents > 0

-- The mean length that impacts are reckoned with, and what it should be.
-- name: get_lengths
SELECT c.average_length, c.k1, c.b, coalesce(sum(n.documents), 0)::bigint, coalesce(sum(n.words), 0)::bigint
FROM collections c
LEFT JOIN collection_counts n ON n.account_no = c.account_no AND n.collection_no = c.collection_no
WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
GROUP BY c.average_length, c.k1, c.b

-- name: set_average_length
UPDATE collections SET average_length = %(average_length)s
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s

-- Texts whose impacts were reckoned with another mean length, k1 or b than the collection now has.
-- name: list_lagging_keywords
SELECT k.namespace, k.id, k.length, k.terms, k.frequencies
FROM keywords k
WHERE k.account_no = %(account_no)s AND k.collection_no = %(collection_no)s
  AND (k.namespace, k.id) > (%(after_namespace)s, %(after_id)s)
  AND (k.average_length <> %(average_length)s::real OR k.k1 <> %(k1)s::real OR k.b <> %(b)s::real)
ORDER BY k.namespace, k.id LIMIT %(limit)s

-- Impacts as reckoned anew, where the text is still of that length; and the highest ones of its terms.
-- name: store_impacts
WITH collection AS (
    SELECT FROM collections
    WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
    FOR KEY SHARE
), input AS (
    SELECT * FROM unnest(%(namespaces)b::text[], %(ids)b::text[], %(lengths)s::integer[], %(impacts)b::sparsevec[])
        AS sent (namespace, id, length, impacts)
), written AS (
    UPDATE keywords k SET impacts = i.impacts, average_length = %(average_length)s, k1 = %(k1)s, b = %(b)s
    FROM input i, collection
    WHERE k.account_no = %(account_no)s AND k.collection_no = %(collection_no)s
      AND k.namespace = i.namespace AND k.id = i.id AND k.id = ANY(%(ids)b::text[]) AND k.length = i.length
    RETURNING k.length, k.terms, k.frequencies
), bounded AS (
    INSERT INTO keyword_terms (account_no, collection_no, term, documents, impact)
    SELECT %(account_no)s, %(collection_no)s, u.term, 0,
           max(u.frequency / (u.frequency + %(k1)s * (1 - %(b)s + %(b)s * w.length / %(average_length)s)))
    FROM written w, unnest(w.terms, w.frequencies) AS u (term, frequency)
    GROUP BY u.term
)
SELECT count(*) FROM written

-- Puts the rows of each term together. Who counts meanwhile sees the old rows or the new ones, never both.
-- name: merge_terms
WITH collection AS (
    -- Held, so that nothing is written back into a collection that is being deleted.
    SELECT FROM collections
    WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s
    FOR KEY SHARE
), old AS (
    DELETE FROM keyword_terms t USING collection
    WHERE t.account_no = %(account_no)s AND t.collection_no = %(collection_no)s
    RETURNING t.term, t.documents, t.impact
)
INSERT INTO keyword_terms (account_no, collection_no, term, documents, impact)
SELECT %(account_no)s, %(collection_no)s, o.term, sum(o.documents), max(o.impact)
FROM old o
GROUP BY o.term
HAVING sum(o.documents) <> 0
