-- What the remaining calls of the data plane need: walking over all namespaces, and what the job of a collection's tasks
-- keeps of its work.

-- Keys of a collection in their order that match a filter, behind (p_after_namespace, p_after_id), at most p_limit; of one
-- namespace, or of all where p_namespace is NULL. As matching_ids otherwise.
CREATE FUNCTION matching_keys(
    p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath,
    p_after_namespace text, p_after_id text, p_limit bigint
)
    RETURNS TABLE (namespace text, id text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    few CONSTANT bigint := 10000;
    candidates bigint;
    source text;
BEGIN
    IF p_facets IS NOT NULL THEN
        source := faceted_vectors(p_collection_no);
        EXECUTE format(
            'SELECT count(*) FROM (SELECT FROM %s v WHERE v.account_no = $1 AND v.collection_no = $2'
            ' AND ($3 IS NULL OR v.namespace = $3) LIMIT %s) m', source, few + 1
        ) INTO candidates USING current_account_no(), p_collection_no, p_namespace, NULL::text, p_facets;
        IF candidates <= few THEN
            RETURN QUERY EXECUTE format(
                'SELECT v.namespace, v.id FROM %s v'
                ' WHERE v.account_no = $1 AND v.collection_no = $2 AND ($3 IS NULL OR v.namespace = $3)'
                ' AND v.metadata @@ $6 AND (v.expires_at IS NULL OR v.expires_at > now())'
                ' AND (v.namespace, v.id) > ($4, $7) ORDER BY v.namespace, v.id LIMIT $8', source
            ) USING current_account_no(), p_collection_no, p_namespace, p_after_namespace, p_facets, p_filter,
                    p_after_id, p_limit;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
        SELECT v.namespace, v.id FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND (p_namespace IS NULL OR v.namespace = p_namespace)
          AND (v.namespace, v.id) > (p_after_namespace, p_after_id)
          AND (p_filter IS NULL OR v.metadata @@ p_filter)
          AND (v.expires_at IS NULL OR v.expires_at > now())
        ORDER BY v.namespace, v.id LIMIT p_limit;
END
$$;

REVOKE ALL ON FUNCTION matching_keys(bigint, text, tsquery, jsonpath, text, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matching_keys(bigint, text, tsquery, jsonpath, text, text, bigint) TO fluxvector_api;

-- A text's weights were reckoned with these, and with average_length: where one of them is no longer the collection's, they
-- are reckoned anew.
ALTER TABLE keywords
    ADD COLUMN k1 real NOT NULL DEFAULT 1.5,
    ADD COLUMN b real NOT NULL DEFAULT 0.75;

-- When a task may be claimed: claiming one moves it ahead (the lease).
ALTER TABLE collection_tasks ADD COLUMN ready_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX collection_tasks_by_readiness ON collection_tasks (ready_at);
