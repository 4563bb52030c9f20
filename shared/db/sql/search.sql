-- Searches: functions of the owner find and rank (migration 0006), since operators that are not leakproof cannot use an
-- index under row-level security; what the answer carries is read here, for the rows that are answered, one by one by
-- their key: as a join, a table without statistics (a new one) would be read whole for every hit.

-- name: search_vector
SELECT s.id, s.score, s.score, NULL::float8, s.cosine, s.text, s.metadata, s."values"
FROM search_vectors(%(collection_no)s, %(namespace)s, %(metric)s, %(dimension)s, %(query)b::vector, %(top_k)s,
                    %(ef_search)s::integer, %(facets)s::tsquery, %(filter)s::jsonpath,
                    %(is_indexed)s, %(has_many_namespaces)s,
                    %(min_score)s::float8, %(include_text)s, %(include_metadata)s, %(include_values)s) s

-- name: search_keyword
SELECT hit.id, hit.score, NULL::float8, hit.score, NULL::float8,
       CASE WHEN %(include_text)s THEN v.text END,
       CASE WHEN %(include_metadata)s THEN v.metadata::text END,
       CASE WHEN %(include_values)s THEN vector_send(coalesce(v.raw_values, v.embedding::vector)) END
FROM search_keywords(%(collection_no)s, %(namespace)s, %(terms)s::integer[], %(weights)s::real[], %(top_k)s,
                     %(facets)s::tsquery, %(filter)s::jsonpath) hit
CROSS JOIN LATERAL (
    SELECT w.text, w.metadata, w.raw_values, w.embedding FROM vectors w
    WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
      AND w.namespace = %(namespace)s AND w.id = hit.id
    LIMIT 1
) v
WHERE %(min_score)s::float8 IS NULL OR hit.score >= %(min_score)s::float8
ORDER BY hit.score DESC, hit.id COLLATE "C"

-- Both legs to the same depth; what only one of them found gets its score of the other too, so that the raw scores are
-- told and scaled for all candidates alike. What has no embedding yet, and what none of the words is in, scales to 0.
-- name: search_both
WITH probe AS MATERIALIZED (
    SELECT (CASE %(metric)s WHEN 'cosine' THEN l2_normalize(%(query)b::vector) ELSE %(query)b::vector END)::halfvec AS vector
), nearest AS MATERIALIZED (
    SELECT s.id, row_number() OVER (ORDER BY s.score DESC, s.id COLLATE "C") AS rank, s.score
    FROM search_vectors(%(collection_no)s, %(namespace)s, %(metric)s, %(dimension)s, %(query)b::vector, %(depth)s,
                        %(ef_search)s::integer, %(facets)s::tsquery, %(filter)s::jsonpath,
                        %(is_indexed)s, %(has_many_namespaces)s, NULL, false, false, false) s
), worded AS MATERIALIZED (
    SELECT s.id, row_number() OVER (ORDER BY s.score DESC, s.id COLLATE "C") AS rank, s.score
    FROM search_keywords(%(collection_no)s, %(namespace)s, %(terms)s::integer[], %(weights)s::real[], %(depth)s,
                         %(facets)s::tsquery, %(filter)s::jsonpath) s
), asked AS MATERIALIZED (
    SELECT k.query FROM keyword_query(%(collection_no)s, %(terms)s::integer[], %(weights)s::real[]) k
), candidates AS MATERIALIZED (
    SELECT id, n.rank AS vector_rank, w.rank AS keyword_rank,
           coalesce(n.score, v.score) AS vector_score, coalesce(w.score, k.score, 0) AS bm25
    FROM nearest n
    FULL JOIN worded w USING (id)
    LEFT JOIN LATERAL (
        SELECT CASE %(metric)s WHEN 'euclidean' THEN 1 / (1 + (e.embedding <-> (SELECT p.vector FROM probe p)))
                               WHEN 'dotproduct' THEN -(e.embedding <#> (SELECT p.vector FROM probe p))
                               ELSE 1 - (e.embedding <=> (SELECT p.vector FROM probe p)) END AS score
        FROM vectors e
        WHERE e.account_no = %(account_no)s AND e.collection_no = %(collection_no)s
          AND e.namespace = %(namespace)s AND e.id = w.id AND n.id IS NULL
        LIMIT 1
    ) v ON true
    LEFT JOIN LATERAL (
        SELECT -(d.impacts <#> asked.query) AS score FROM keywords d, asked
        WHERE d.account_no = %(account_no)s AND d.collection_no = %(collection_no)s
          AND d.namespace = %(namespace)s AND d.id = n.id AND w.id IS NULL
        LIMIT 1
    ) k ON true
), bounds AS (
    SELECT min(vector_score) AS low, max(vector_score) AS high, min(bm25) AS low_bm25, max(bm25) AS high_bm25
    FROM candidates
), scored AS (
    SELECT c.id, c.vector_score, c.bm25,
           CASE %(mode)s
               WHEN 'fusion' THEN coalesce(1 / (60.0 + c.vector_rank), 0) + coalesce(1 / (60.0 + c.keyword_rank), 0)
               ELSE %(alpha)s * CASE WHEN c.vector_score IS NULL THEN 0 WHEN b.high = b.low THEN 1
                                     ELSE (c.vector_score - b.low) / (b.high - b.low) END
                    + (1 - %(alpha)s) * CASE WHEN b.high_bm25 = 0 THEN 0 WHEN b.high_bm25 = b.low_bm25 THEN 1
                                             ELSE (c.bm25 - b.low_bm25) / (b.high_bm25 - b.low_bm25) END
           END::float8 AS score
    FROM candidates c, bounds b
), hit AS MATERIALIZED (
    SELECT * FROM scored
    WHERE %(min_score)s::float8 IS NULL OR score >= %(min_score)s::float8
    ORDER BY score DESC, id COLLATE "C" LIMIT %(top_k)s
)
SELECT hit.id, hit.score, hit.vector_score, hit.bm25, nullif(1 - (v.embedding <=> (SELECT p.vector FROM probe p)), 'NaN'),
       CASE WHEN %(include_text)s THEN v.text END,
       CASE WHEN %(include_metadata)s THEN v.metadata::text END,
       CASE WHEN %(include_values)s THEN vector_send(coalesce(v.raw_values, v.embedding::vector)) END
FROM hit
CROSS JOIN LATERAL (
    SELECT w.text, w.metadata, w.raw_values, w.embedding FROM vectors w
    WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
      AND w.namespace = %(namespace)s AND w.id = hit.id
    LIMIT 1
) v
ORDER BY hit.score DESC, hit.id COLLATE "C"

-- What a stored vector is searched with when it is the query itself.
-- name: get_query_vector
SELECT vector_send(coalesce(v.raw_values, v.embedding::vector)), v.embedding IS NULL, v.text
FROM vectors v
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id = %(id)s AND (v.expires_at IS NULL OR v.expires_at > now())
