-- Exact search by the collection's own measure, nearest first, equal scores by id. The inner query reads what ranking
-- needs; what only the answer carries (text, metadata, values) is read for the rows that are answered, one by one by their
-- key: as a join, a table without statistics (a new one) would be read whole for every hit.
-- The collection's row stands in the statement so that a collection deleted a moment ago answers nothing.

-- name: search_inner_product
SELECT hit.id, -hit.distance, -hit.distance / nullif(l2_norm(v.embedding) * %(query_norm)s, 0),
       CASE WHEN %(include_text)s THEN v.text END,
       CASE WHEN %(include_metadata)s THEN v.metadata::text END,
       CASE WHEN %(include_values)s THEN vector_send(coalesce(v.raw_values, v.embedding::vector)) END
FROM (
    SELECT v.namespace, v.id, v.embedding <#> %(query)b::halfvec AS distance
    FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.embedding IS NOT NULL
      AND (v.expires_at IS NULL OR v.expires_at > now())
      AND EXISTS (
          SELECT FROM collections c
          WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
      )
    ORDER BY distance, v.id
    LIMIT %(top_k)s
) hit
CROSS JOIN LATERAL (
    SELECT w.text, w.metadata, w.raw_values, w.embedding FROM vectors w
    WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
      AND w.namespace = hit.namespace AND w.id = hit.id
    LIMIT 1
) v
WHERE %(min_score)s::float8 IS NULL OR -hit.distance >= %(min_score)s::float8
ORDER BY hit.distance, hit.id

-- name: search_euclidean
SELECT hit.id, 1 / (1 + hit.distance), nullif(1 - (v.embedding <=> %(query)b::halfvec), 'NaN'),
       CASE WHEN %(include_text)s THEN v.text END,
       CASE WHEN %(include_metadata)s THEN v.metadata::text END,
       CASE WHEN %(include_values)s THEN vector_send(coalesce(v.raw_values, v.embedding::vector)) END
FROM (
    SELECT v.namespace, v.id, v.embedding <-> %(query)b::halfvec AS distance
    FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.embedding IS NOT NULL
      AND (v.expires_at IS NULL OR v.expires_at > now())
      AND EXISTS (
          SELECT FROM collections c
          WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
      )
    ORDER BY distance, v.id
    LIMIT %(top_k)s
) hit
CROSS JOIN LATERAL (
    SELECT w.text, w.metadata, w.raw_values, w.embedding FROM vectors w
    WHERE w.account_no = %(account_no)s AND w.collection_no = %(collection_no)s
      AND w.namespace = hit.namespace AND w.id = hit.id
    LIMIT 1
) v
WHERE %(min_score)s::float8 IS NULL OR 1 / (1 + hit.distance) >= %(min_score)s::float8
ORDER BY hit.distance, hit.id

-- What a stored vector is searched with when it is the query itself.
-- name: get_query_vector
SELECT vector_send(coalesce(v.raw_values, v.embedding::vector)), v.embedding IS NULL
FROM vectors v
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id = %(id)s AND (v.expires_at IS NULL OR v.expires_at > now())
