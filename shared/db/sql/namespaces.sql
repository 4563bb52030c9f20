-- Namespaces are what their rows name: found from one to the next by the key, without reading the rows between.

-- name: list_namespaces
WITH RECURSIVE names (namespace, place) AS (
    (
        SELECT v.namespace, 1 FROM vectors v
        WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s
          AND (%(after)s::text IS NULL OR v.namespace > %(after)s::text)
        ORDER BY v.namespace LIMIT 1
    )
    UNION ALL
    SELECT following.namespace, n.place + 1
    FROM names n CROSS JOIN LATERAL (
        SELECT v.namespace FROM vectors v
        WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace > n.namespace
        ORDER BY v.namespace LIMIT 1
    ) following
    WHERE n.place < %(limit)s
)
SELECT n.namespace, (
    SELECT count(*) FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = n.namespace
) - (
    SELECT count(*) FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = n.namespace
      AND v.expires_at <= now()
)
FROM names n
ORDER BY n.namespace COLLATE "C"
