-- Deleting what a filter matches, or a whole namespace, batch by batch along the key: ids are read first, then deleted in a
-- transaction of their own, in which queue and words are put right by those ids.

-- name: list_matching_ids
SELECT hit.id
FROM matching_ids(%(collection_no)s, %(namespace)s, %(facets)s::tsquery, %(filter)s::jsonpath, '', %(after)s,
                  %(limit)s) hit (id)

-- Expired rows too, and everything else that stands there.
-- name: list_all_ids
SELECT v.id FROM vectors v
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id > %(after)s
ORDER BY v.id LIMIT %(limit)s

-- What changed since its id was read is deleted only if the filter still matches it. As delete_vectors_by_ids otherwise.
-- name: delete_matching
WITH locked AS (
    SELECT v.id FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
      AND v.id = ANY(%(ids)b::text[]) AND (%(filter)s::jsonpath IS NULL OR v.metadata @@ %(filter)s::jsonpath)
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
