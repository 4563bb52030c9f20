-- Searches. Under row-level security an operator that is not leakproof (@@, &&) cannot use its index, so they are
-- functions of the owner; each names the account that the transaction named, and nothing while it named none.

-- The partition's number, as its name ends, in which all rows of a collection lie, of vectors and of keywords.
CREATE FUNCTION leaf_of(p_collection_no bigint) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT lpad(n::text, 2, '0') FROM generate_series(0, 31) n
    WHERE satisfies_hash_partition('public.vectors'::regclass, 32, n, p_collection_no)
    LIMIT 1
$$;

-- Where facets narrow, a statement reads from this instead of from vectors: what $5, the tsquery, finds in the leaf. It stands
-- by itself, so that a planner without statistics, as after a load, cannot take the key instead and read all of the
-- collection. Facets are salted with the collection; whoever reads from it names account and collection all the same.
CREATE FUNCTION faceted_vectors(p_collection_no bigint) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT format('(SELECT c.* FROM public.vectors_%s c WHERE c.facets @@ $5 OFFSET 0)', leaf_of(p_collection_no))
$$;

-- Rows of a collection's namespace in the order of their ids that match a filter: behind p_after, of a prefix, at most
-- p_limit. p_facets holds for every row that p_filter holds for; both are NULL where there is no filter.
CREATE FUNCTION matching_ids(
    p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath,
    p_prefix text, p_after text, p_limit bigint
)
    RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
AS $$
DECLARE
    -- Up to this many, sorting what the facets find is cheaper than reading all rows in their order.
    few CONSTANT bigint := 10000;
    candidates bigint;
    source text;
BEGIN
    IF p_facets IS NOT NULL THEN
        source := faceted_vectors(p_collection_no);
        EXECUTE format(
            'SELECT count(*) FROM (SELECT FROM %s v'
            ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 LIMIT %s) m', source, few + 1
        ) INTO candidates USING current_account_no(), p_collection_no, p_namespace, NULL::text, p_facets;
        IF candidates <= few THEN
            RETURN QUERY EXECUTE format(
                'SELECT v.id FROM %s v'
                ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.metadata @@ $6'
                ' AND (v.expires_at IS NULL OR v.expires_at > now()) AND v.id > $4 AND starts_with(v.id, $7)'
                ' ORDER BY v.id LIMIT $8', source
            ) USING current_account_no(), p_collection_no, p_namespace, p_after, p_facets, p_filter, p_prefix, p_limit;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
        SELECT v.id FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND v.namespace = p_namespace AND v.id > p_after AND v.id >= p_prefix AND starts_with(v.id, p_prefix)
          AND (p_filter IS NULL OR v.metadata @@ p_filter)
          AND (v.expires_at IS NULL OR v.expires_at > now())
        ORDER BY v.id LIMIT p_limit;
END
$$;

-- How many rows match a filter, exactly. Without one the count is the key's, which an index alone answers, less what has
-- expired and waits for the job.
CREATE FUNCTION count_matching(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath)
    RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
AS $$
DECLARE
    matches bigint;
    expired bigint;
BEGIN
    IF p_filter IS NULL THEN
        SELECT count(*) INTO matches FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND v.namespace = p_namespace;
        SELECT count(*) INTO expired FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND v.namespace = p_namespace AND v.expires_at <= now();
        RETURN matches - expired;
    END IF;
    EXECUTE format(
        'SELECT count(*) FROM %s v'
        ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.metadata @@ $4'
        ' AND (v.expires_at IS NULL OR v.expires_at > now())',
        CASE WHEN p_facets IS NULL THEN 'public.vectors' ELSE faceted_vectors(p_collection_no) END
    ) INTO matches USING current_account_no(), p_collection_no, p_namespace, p_filter, p_facets;
    RETURN matches;
END
$$;

-- While it is on, an index that gives rows in their order is taken wherever there is one.
CREATE FUNCTION prefer_ordered_index(p_on boolean) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT set_config('enable_bitmapscan', s.setting, true), set_config('enable_sort', s.setting, true)
    FROM (SELECT CASE WHEN p_on THEN 'off' ELSE 'on' END AS setting) s
$$;

-- The vectors nearest to p_query: its distance by the metric's operator, nearest first, equal ones by id; always as many as
-- there are, up to p_count. Exact where the collection has no index, and where few rows match; else by the index, which goes
-- on until it has found enough, or else all matching rows are read. p_dimension stands in the SQL because a type wants a
-- literal there: it is an integer. What is executed as text is planned for its very parameters, as a partial index needs;
-- what is not is planned once a session. A leaf is never read from end to end: other tenants' rows lie in it too.
CREATE FUNCTION nearest_vectors(
    p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query halfvec, p_count integer,
    p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean
)
    RETURNS TABLE (id text, distance float8)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    operator CONSTANT text := CASE p_metric WHEN 'euclidean' THEN '<->' ELSE '<#>' END;
    has_condition CONSTANT boolean := p_filter IS NOT NULL OR p_has_many_namespaces;
    condition CONSTANT text :=
        'v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.embedding IS NOT NULL'
        ' AND (v.expires_at IS NULL OR v.expires_at > now())'
        || CASE WHEN p_filter IS NOT NULL THEN ' AND v.metadata @@ $6' ELSE '' END;
    narrowed CONSTANT text := CASE WHEN p_facets IS NULL THEN 'public.vectors'
                                   ELSE faceted_vectors(p_collection_no) END;
    -- The index gives rows in nearly their order: some more are taken, put in order, and cut.
    taken CONSTANT integer := p_count + greatest(p_count / 2, 5);
    by_index CONSTANT text := format(
        'SELECT array_agg(m.id ORDER BY m.distance, m.id), array_agg(m.distance ORDER BY m.distance, m.id) FROM ('
        'SELECT v.id, v.embedding::halfvec(%1$s) %2$s $4::halfvec(%1$s) AS distance FROM public.vectors v WHERE %3$s'
        ' ORDER BY v.embedding::halfvec(%1$s) %2$s $4::halfvec(%1$s) LIMIT %4$s) m',
        p_dimension, operator, condition, taken
    );
    ids text[];
    distances float8[];
    stored bigint;
    ef integer;
    share float8;
    few bigint;
BEGIN
    PERFORM FROM public.collections c WHERE c.account_no = me AND c.collection_no = p_collection_no;
    IF NOT FOUND THEN  -- deleted a moment ago
        RETURN;
    END IF;
    IF p_is_indexed THEN
        SELECT coalesce(sum(n.stored - n.pending), 0) INTO stored FROM public.collection_counts n
        WHERE n.account_no = me AND n.collection_no = p_collection_no;
    END IF;
    -- Where much of the collection is asked for, the index has no advantage.
    IF p_is_indexed AND stored > 25 * p_count THEN
        -- With a condition, the first look is at the nearest ef vectors alone, twice as many: that suffices where a tenth
        -- of them match.
        ef := coalesce(p_ef_search, least(greatest(
            default_ef_search(stored) * CASE WHEN has_condition THEN 2 ELSE 1 END, p_count * 3 / 2 + 50
        ), 1000));
        PERFORM prefer_ordered_index(true), set_config('hnsw.max_scan_tuples', '20000', true),
                set_config('hnsw.iterative_scan', CASE WHEN has_condition THEN 'off' ELSE 'relaxed_order' END, true),
                set_config('hnsw.ef_search', ef::text, true);
        EXECUTE by_index INTO ids, distances USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
        PERFORM prefer_ordered_index(false);
        IF cardinality(ids) >= (CASE WHEN has_condition THEN taken ELSE p_count END) THEN
            RETURN QUERY SELECT m.id, m.distance FROM unnest(ids[:p_count], distances[:p_count]) m (id, distance);
            RETURN;
        END IF;
        IF has_condition THEN
            -- The share of the nearest vectors that match tells which way is shorter: to read all matches, some 3.5 µs each,
            -- or as wide a search as finds enough of them, some 4 µs for each of ef (measured): equal at this number.
            share := (coalesce(cardinality(ids), 0) + 1) / ef::float8;
            few := least(sqrt(2.5 * taken * stored), greatest(10000, 20 * p_count));
            IF (p_facets IS NOT NULL OR p_has_many_namespaces) AND share * stored <= 0.8 * few THEN
                EXECUTE format(
                    'SELECT array_agg(m.id), array_agg(m.distance) FROM ('
                    'SELECT v.id, v.embedding %s $4 AS distance FROM %s v WHERE %s LIMIT %s) m',
                    operator, narrowed, condition, few + 1
                ) INTO ids, distances USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
                IF coalesce(cardinality(ids), 0) <= few THEN
                    RETURN QUERY
                        SELECT m.id, m.distance FROM unnest(ids, distances) m (id, distance)
                        ORDER BY m.distance, m.id COLLATE "C" LIMIT p_count;
                    RETURN;
                END IF;
                share := greatest(share, few / stored::float8);
            END IF;
            -- Beyond what one search of the index finds well, reading all is better as long as it is not for ever.
            IF taken / share <= 1000 OR share * stored > 100000 THEN
                ef := least(greatest(2 * taken / share, ef), 1000);
                PERFORM prefer_ordered_index(true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
                        set_config('hnsw.ef_search', ef::text, true);
                EXECUTE by_index INTO ids, distances
                    USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
                PERFORM prefer_ordered_index(false);
                IF cardinality(ids) >= p_count THEN
                    RETURN QUERY
                        SELECT m.id, m.distance FROM unnest(ids[:p_count], distances[:p_count]) m (id, distance);
                    RETURN;
                END IF;
            END IF;
        END IF;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT v.id, v.embedding %s $4 AS distance FROM %s v WHERE %s ORDER BY distance, v.id LIMIT %s',
        operator, narrowed, condition, p_count
    ) USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
END
$$;

-- The nearest vectors with their scores and cosines, best first, and what of each the answer carries. Up to a p_top_k of 500,
-- some more than asked for are put in order by the values as they were sent, where they were, so that rounding to halfvec
-- costs no recall; they lie out of line, some 15 µs each.
CREATE FUNCTION search_vectors(
    p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query vector, p_top_k integer,
    p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean,
    p_min_score float8, p_include_text boolean, p_include_metadata boolean, p_include_values boolean
)
    RETURNS TABLE (id text, score float8, cosine float8, text text, metadata text, "values" bytea)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    -- Of length 1 for cosine: float32 sums of squares vanish for very short vectors.
    probe CONSTANT vector := CASE p_metric WHEN 'cosine' THEN l2_normalize(p_query) ELSE p_query END;
    query CONSTANT halfvec := probe::halfvec;
    is_refined CONSTANT boolean := p_top_k <= 500;
BEGIN
    RETURN QUERY
        SELECT n.id, v.score,
               nullif(CASE WHEN p_metric = 'cosine' THEN v.score ELSE 1 - (v.embedding <=> query) END, 'NaN'),
               CASE WHEN p_include_text THEN v.text END,
               CASE WHEN p_include_metadata THEN v.metadata::text END,
               CASE WHEN p_include_values THEN vector_send(coalesce(v.raw_values, v.embedding::vector)) END
        FROM nearest_vectors(
            p_collection_no, p_namespace, p_metric, p_dimension, query,
            CASE WHEN is_refined THEN p_top_k + 5 ELSE p_top_k END,
            p_ef_search, p_facets, p_filter, p_is_indexed, p_has_many_namespaces
        ) n
        CROSS JOIN LATERAL (
            SELECT w.text, w.metadata, w.raw_values, w.embedding,
                   CASE WHEN p_metric = 'euclidean' THEN
                            1 / (1 + CASE WHEN is_refined AND w.raw_values IS NOT NULL THEN w.raw_values <-> probe
                                          ELSE n.distance END)
                        WHEN w.raw_values IS NULL OR NOT is_refined THEN -n.distance
                        WHEN p_metric = 'cosine' THEN -(l2_normalize(w.raw_values) <#> probe)
                        ELSE -(w.raw_values <#> probe) END AS score
            FROM public.vectors w
            WHERE w.account_no = me AND w.collection_no = p_collection_no AND w.namespace = p_namespace AND w.id = n.id
            LIMIT 1
        ) v
        WHERE p_min_score IS NULL OR v.score >= p_min_score
        ORDER BY v.score DESC, n.id COLLATE "C" LIMIT p_top_k;
END
$$;

-- hnsw.ef_search for a collection of that many vectors, for a recall@10 of 0.98 on clustered vectors (measured).
CREATE FUNCTION default_ef_search(p_rows bigint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN p_rows <= 20000 THEN 100 WHEN p_rows <= 100000 THEN 140 WHEN p_rows <= 500000 THEN 240 ELSE 360 END;

-- The query of some terms, each with its weight: the sum of weight times idf is what a document's impacts are multiplied
-- with. Terms that no document has are left out; NULL where none is left. Rarest first; the bound of a term is the most that
-- it can add to a score.
CREATE FUNCTION keyword_query(p_collection_no bigint, p_terms integer[], p_weights real[])
    RETURNS TABLE (query sparsevec, terms integer[], bounds float8[], documents bigint[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
    WITH total AS (
        SELECT coalesce(sum(n.documents), 0)::float8 AS documents FROM public.collection_counts n
        WHERE n.account_no = current_account_no() AND n.collection_no = p_collection_no
    ), weighed AS (
        SELECT q.term, d.documents, d.impact,
               q.weight * ln(1 + (greatest(total.documents, d.documents) - d.documents + 0.5) / (d.documents + 0.5)) AS idf
        FROM total, unnest(p_terms, p_weights) q (term, weight)
        CROSS JOIN LATERAL (
            SELECT sum(t.documents) AS documents, max(t.impact)::float8 AS impact FROM public.keyword_terms t
            WHERE t.account_no = current_account_no() AND t.collection_no = p_collection_no AND t.term = q.term
        ) d
        WHERE d.documents > 0
    )
    SELECT ('{' || string_agg((w.term + 1) || ':' || w.idf::real, ',' ORDER BY w.term) || '}/1000000000')::sparsevec,
           array_agg(w.term ORDER BY w.idf DESC, w.term),
           array_agg(w.idf * w.impact ORDER BY w.idf DESC, w.term),
           array_agg(w.documents ORDER BY w.idf DESC, w.term)
    FROM weighed w
    HAVING count(*) > 0
$$;

-- The best texts by BM25, best first, equal ones by id. Documents with a rare word are scored first; the common words can
-- add so little that mostly none of the others can come in, and only where they could are those read too.
CREATE FUNCTION search_keywords(
    p_collection_no bigint, p_namespace text, p_terms integer[], p_weights real[], p_top_k integer,
    p_facets tsquery, p_filter jsonpath
)
    RETURNS TABLE (id text, score float8)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    few CONSTANT bigint := greatest(2000, 4 * p_top_k);
    -- The documents with one of the terms $5 and their scores; by itself in the leaf, as faceted_vectors is.
    scored CONSTANT text := format(
        'SELECT k.id, k.impacts <#> $4 AS distance'
        ' FROM (SELECT d.* FROM public.keywords_%s d WHERE d.terms && $5 OFFSET 0) k'
        ' WHERE k.account_no = $1 AND k.collection_no = $2 AND k.namespace = $3'
        ' AND (k.expires_at IS NULL OR k.expires_at > now())', leaf_of(p_collection_no)
    );
    q record;
    ids text[];
    scores float8[];
    matching text[];
    taken integer := 1;
    budget bigint := greatest(2000, 10 * p_top_k);
    threshold float8;
    rest float8;
BEGIN
    SELECT k.query, k.terms, k.bounds, k.documents INTO q FROM keyword_query(p_collection_no, p_terms, p_weights) k;
    IF q.query IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM public.collections c WHERE c.account_no = me AND c.collection_no = p_collection_no;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF p_facets IS NOT NULL THEN
        EXECUTE format(
            'SELECT array_agg(m.id) FROM (SELECT v.id FROM %s v'
            ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.metadata @@ $4 LIMIT %s) m',
            faceted_vectors(p_collection_no), few + 1
        ) INTO matching USING me, p_collection_no, p_namespace, p_filter, p_facets;
        IF coalesce(cardinality(matching), 0) <= few THEN
            RETURN QUERY
                SELECT k.id, -(k.impacts <#> q.query) FROM public.keywords k
                WHERE k.account_no = me AND k.collection_no = p_collection_no AND k.namespace = p_namespace
                  AND k.id = ANY(matching) AND (k.expires_at IS NULL OR k.expires_at > now())
                  AND k.impacts <#> q.query < 0
                ORDER BY 2 DESC, k.id LIMIT p_top_k;
            RETURN;
        END IF;
    END IF;
    WHILE taken < cardinality(q.terms) AND q.documents[taken + 1] <= budget LOOP
        budget := budget - q.documents[taken + 1];
        taken := taken + 1;
    END LOOP;
    LOOP
        IF p_filter IS NULL THEN
            EXECUTE format(
                'SELECT array_agg(m.id ORDER BY m.distance, m.id), array_agg(-m.distance ORDER BY m.distance, m.id)'
                ' FROM (%s ORDER BY distance, k.id LIMIT %s) m', scored, p_top_k
            ) INTO ids, scores USING me, p_collection_no, p_namespace, q.query, q.terms[:taken];
        ELSE
            -- Best first, each looked up and checked until enough hold.
            EXECUTE format(
                'SELECT array_agg(m.id ORDER BY m.distance, m.id), array_agg(-m.distance ORDER BY m.distance, m.id) FROM ('
                ' SELECT c.id, c.distance FROM (%s ORDER BY distance, k.id OFFSET 0) c'
                ' CROSS JOIN LATERAL (SELECT FROM public.vectors v'
                ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3'
                ' AND v.id = c.id AND v.metadata @@ $6 OFFSET 0) holds LIMIT %s) m', scored, p_top_k
            ) INTO ids, scores USING me, p_collection_no, p_namespace, q.query, q.terms[:taken], p_filter;
        END IF;
        EXIT WHEN taken >= cardinality(q.terms);
        threshold := CASE WHEN cardinality(ids) = p_top_k THEN scores[p_top_k] ELSE 0 END;
        SELECT sum(r.bound) INTO rest FROM unnest(q.bounds[taken + 1:]) r (bound);
        EXIT WHEN rest * 1.000001 < threshold;
        -- The next words until what the others can add is below the threshold, which only rises.
        WHILE taken < cardinality(q.terms) AND rest * 1.000001 >= threshold LOOP
            taken := taken + 1;
            rest := rest - q.bounds[taken];
        END LOOP;
    END LOOP;
    RETURN QUERY SELECT m.id, m.score FROM unnest(ids, scores) m (id, score);
END
$$;

-- Records work of the account that the transaction named. Planned once a session: as a statement, its planning would take
-- longer than its work.
CREATE FUNCTION record_usage(
    p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint,
    p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer,
    p_embeddings integer, p_tokens integer
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    INSERT INTO public.usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address,
         requests, searches, vectors, embeddings, tokens)
    SELECT p_account_no, p_request_id, p_key_no, p_endpoint, p_env, p_plan, p_status, p_latency_ms, p_ip_address,
           p_requests, p_searches, p_vectors, p_embeddings, p_tokens
    WHERE p_account_no = current_account_no();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'usage of another account' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Admission answers all that a search needs to know of its collection.
DROP FUNCTION admit_key(bytea, text);
CREATE FUNCTION admit_key(p_key_hash bytea, p_collection text)
    RETURNS TABLE (
        account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[],
        collection_no bigint, dimension integer, metric text, model text, model_revision text,
        language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean,
        is_catalogued boolean
    )
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    used_at timestamptz;
BEGIN
    SELECT a.account_no, a.account_id, a.plan, k.key_no, k.key_id, k.env, k.scopes, k.last_used_at
        INTO account_no, account_id, plan, key_no, key_id, env, scopes, used_at
        FROM public.key_hashes h
        JOIN public.api_keys k ON k.account_no = h.account_no AND k.key_no = h.key_no
        JOIN public.accounts a ON a.account_no = h.account_no
        WHERE h.key_hash = p_key_hash AND a.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > now());
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- Written at most once a minute: most admissions read only. SKIP LOCKED: no admission waits for another's note.
    IF used_at IS NULL OR used_at < now() - interval '1 minute' THEN
        UPDATE public.api_keys k SET last_used_at = now()
            FROM (
                SELECT l.account_no, l.key_no FROM public.api_keys l
                WHERE l.account_no = admit_key.account_no AND l.key_no = admit_key.key_no
                FOR UPDATE SKIP LOCKED
            ) mine
            WHERE k.account_no = mine.account_no AND k.key_no = mine.key_no;
    END IF;
    IF p_collection IS NOT NULL THEN
        SELECT c.collection_no, c.dimension, c.metric, c.model, c.model_revision,
               c.language, c.k1, c.b, c.average_length,
               EXISTS (
                   SELECT FROM public.collection_indexes i
                   WHERE i.account_no = c.account_no AND i.collection_no = c.collection_no AND i.built_at IS NOT NULL
               ),
               c.has_many_namespaces, c.is_catalogued
            INTO collection_no, dimension, metric, model, model_revision,
                 language, k1, b, average_length, is_indexed, has_many_namespaces, is_catalogued
            FROM public.collections c
            WHERE c.account_no = admit_key.account_no AND c.env = admit_key.env AND c.name = p_collection;
    END IF;
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION
    admit_key(bytea, text),
    matching_ids(bigint, text, tsquery, jsonpath, text, text, bigint),
    count_matching(bigint, text, tsquery, jsonpath),
    nearest_vectors(bigint, text, text, integer, halfvec, integer, integer, tsquery, jsonpath, boolean, boolean),
    search_vectors(bigint, text, text, integer, vector, integer, integer, tsquery, jsonpath, boolean, boolean,
                   float8, boolean, boolean, boolean),
    keyword_query(bigint, integer[], real[]),
    search_keywords(bigint, text, integer[], real[], integer, tsquery, jsonpath),
    default_ef_search(bigint),
    prefer_ordered_index(boolean),
    leaf_of(bigint),
    faceted_vectors(bigint),
    record_usage(bigint, text, bigint, text, text, text, smallint, real, inet, integer, integer, integer, integer, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    admit_key(bytea, text),
    matching_ids(bigint, text, tsquery, jsonpath, text, text, bigint),
    count_matching(bigint, text, tsquery, jsonpath),
    search_vectors(bigint, text, text, integer, vector, integer, integer, tsquery, jsonpath, boolean, boolean,
                   float8, boolean, boolean, boolean),
    keyword_query(bigint, integer[], real[]),
    search_keywords(bigint, text, integer[], real[], integer, tsquery, jsonpath)
    TO fluxvector_api;
GRANT EXECUTE ON FUNCTION
    record_usage(bigint, text, bigint, text, text, text, smallint, real, inet, integer, integer, integer, integer, integer)
    TO fluxvector_api, fluxvector_jobs;
